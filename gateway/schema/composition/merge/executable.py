"""Merge the definitions of executable directives: the supergraph has those that every subgraph has, where all allow them."""

from collections.abc import Sequence

from graphql import DirectiveDefinitionNode, InputValueDefinitionNode, NameNode, StringValueNode, parse_type, print_ast

from gateway.schema.codes import HintCode
from gateway.schema.composition.merge.arguments import merge_arguments
from gateway.schema.composition.merge.descriptions import merge_descriptions
from gateway.schema.composition.merge.state import MergeState, Part, names_of
from gateway.schema.subgraph.model import Field, InputValue
from gateway.schema.subgraph.specifications import EXECUTABLE_LOCATIONS

Sources = Sequence[tuple[Part, DirectiveDefinitionNode]]


def merge_executable_directives(state: MergeState) -> list[DirectiveDefinitionNode]:
    """The definitions, sorted by name."""
    merged = (_merge(state, name, sources) for name, sources in sorted(_sources(state).items()))
    return [definition for definition in merged if definition is not None]


def _sources(state: MergeState) -> dict[str, list[tuple[Part, DirectiveDefinitionNode]]]:
    found: dict[str, list[tuple[Part, DirectiveDefinitionNode]]] = {}
    for part in state.parts:
        for name, node in part.schema.definitions.items():
            if name not in part.schema.spec_names and name not in state.composed and _locations(node):
                found.setdefault(name, []).append((part, node))
    return found


def _locations(node: DirectiveDefinitionNode) -> set[str]:
    return {location.value for location in node.locations} & EXECUTABLE_LOCATIONS


def _merge(state: MergeState, name: str, sources: Sources) -> DirectiveDefinitionNode | None:
    having = [part for part, _ in sources]
    if len(having) < len(state.parts):
        lacking = [part for part in state.parts if part not in having]
        message = f"The directive @{name} may be used in operations by {names_of(having)}, but is unknown to {names_of(lacking)}; the supergraph leaves it out."
        state.hint(HintCode.INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE, message, f"@{name}", list(sources))
        return None
    locations = set.intersection(*(_locations(node) for _, node in sources))
    if not locations:
        message = f"The subgraphs allow the directive @{name} in operations at different places only; the supergraph leaves it out."
        state.hint(HintCode.NO_EXECUTABLE_DIRECTIVE_INTERSECTION, message, f"@{name}", list(sources))
        return None
    if any(_locations(node) != locations for _, node in sources):
        message = f"The subgraphs allow the directive @{name} at different places; the supergraph allows it on {', '.join(sorted(locations))}."
        state.hint(HintCode.INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS, message, f"@{name}", list(sources))
    if len({bool(node.repeatable) for _, node in sources}) > 1:
        message = f"The directive @{name} may be repeated in some subgraphs only; in the supergraph it may not."
        state.hint(HintCode.INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE, message, f"@{name}", list(sources))
    return _definition(state, name, sources, locations)


def _definition(state: MergeState, name: str, sources: Sources, locations: set[str]) -> DirectiveDefinitionNode:
    coordinate = f"@{name}"
    arguments = merge_arguments(state, coordinate, [(part, _as_field(node)) for part, node in sources])
    texts = [(part, node.description.value if node.description else None) for part, node in sources]
    description = merge_descriptions(state, coordinate, texts)
    return DirectiveDefinitionNode(
        name=NameNode(value=name),
        description=StringValueNode(value=description) if description else None,
        repeatable=all(node.repeatable for _, node in sources),
        locations=tuple(NameNode(value=location) for location in sorted(locations)),
        arguments=tuple(_argument(argument) for argument in arguments.values()),
    )


def _as_field(node: DirectiveDefinitionNode) -> Field:
    """Arguments of a directive are merged as those of a field are."""
    arguments = {a.name.value: _read_argument(a) for a in node.arguments or ()}
    return Field(f"@{node.name.value}", "", "Boolean", "Boolean", arguments, (), None, node)


def _read_argument(node: InputValueDefinitionNode) -> InputValue:
    type_ = print_ast(node.type)
    description = node.description.value if node.description else None
    return InputValue(node.name.value, type_, type_.strip("[]!"), node.default_value, (), description, node)


def _argument(value: InputValue) -> InputValueDefinitionNode:
    return InputValueDefinitionNode(
        name=NameNode(value=value.name),
        description=StringValueNode(value=value.description) if value.description else None,
        type=parse_type(value.type, no_location=True),
        default_value=value.default,
        directives=(),
    )
