"""What the subgraphs' SDL says, read independently of the gateway: an oracle must not share its readers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    build_schema,
    parse,
    print_ast,
)

Coordinate = tuple[str, str]


@dataclass(slots=True)
class SubgraphFacts:
    """One subgraph's own schema and what its directives say, by type or by type and field."""

    name: str
    schema: GraphQLSchema
    keys: dict[str, list[SelectionSetNode]] = field(default_factory=dict)
    """Only those that may be entered."""
    interface_objects: set[str] = field(default_factory=set)
    externals: set[Coordinate] = field(default_factory=set)
    requires: dict[Coordinate, SelectionSetNode] = field(default_factory=dict)
    provides: dict[Coordinate, SelectionSetNode] = field(default_factory=dict)
    overrides: dict[Coordinate, tuple[str, str | None]] = field(default_factory=dict)
    """From whom, and the label."""
    types: dict[Coordinate, str] = field(default_factory=dict)
    """Each field's type as it stands here."""
    identifying: set[Coordinate] = field(default_factory=set)
    """Fields that keys are made of, here."""


def read_facts(name: str, sdl: str) -> SubgraphFacts:
    """The facts of one subgraph. The SDL is taken to be valid: composition has judged it."""
    document = parse(sdl, no_location=True)
    facts = SubgraphFacts(name, build_schema(sdl, assume_valid=True, assume_valid_sdl=True))
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            _read_type(facts, node)
    return facts


def _read_type(facts: SubgraphFacts, node: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) -> None:
    name = node.name.value
    for directive in node.directives or ():
        if directive.name.value == "interfaceObject":
            facts.interface_objects.add(name)
        if directive.name.value == "key":
            fields = parse_fields(_text(directive, "fields"))
            facts.identifying.update(coordinates_of(facts.schema, name, fields))
            if _argument(directive, "resolvable") != "false":
                facts.keys.setdefault(name, []).append(fields)
    for each in node.fields or ():
        _read_field(facts, (name, each.name.value), each)


def _read_field(facts: SubgraphFacts, at: Coordinate, node: FieldDefinitionNode) -> None:
    facts.types[at] = print_ast(node.type)
    for directive in node.directives or ():
        match directive.name.value:
            case "external":
                facts.externals.add(at)
            case "requires":
                facts.requires[at] = parse_fields(_text(directive, "fields"))
            case "provides":
                facts.provides[at] = parse_fields(_text(directive, "fields"))
            case "override":
                label = _text(directive, "label") if _argument(directive, "label") else None
                facts.overrides[at] = _text(directive, "from"), label


def parse_fields(text: str) -> SelectionSetNode:
    """A field set as a selection set."""
    definition = parse(f"{{{text}}}", no_location=True).definitions[0]
    assert isinstance(definition, OperationDefinitionNode)
    return definition.selection_set


def coordinates_of(schema: GraphQLSchema, type_name: str, selections: SelectionSetNode) -> Iterator[Coordinate]:
    """Every field that a field set reads, those below included."""
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            name = selection.name.value
            if name == "__typename":
                continue
            yield type_name, name
            if selection.selection_set:
                below = schema.type_map[type_name].fields[name].type  # type: ignore[attr-defined]  # a composite type
                while hasattr(below, "of_type"):
                    below = below.of_type
                yield from coordinates_of(schema, below.name, selection.selection_set)
        else:
            condition = getattr(selection, "type_condition", None)
            inner = condition.name.value if condition else type_name
            yield from coordinates_of(schema, inner, selection.selection_set)  # type: ignore[attr-defined]  # inline


def read_all(subgraphs: Mapping[str, str]) -> dict[str, SubgraphFacts]:
    """The facts of every subgraph."""
    return {name: read_facts(name, sdl) for name, sdl in subgraphs.items()}


def _argument(directive: DirectiveNode, name: str) -> str | None:
    return next((print_ast(each.value) for each in directive.arguments or () if each.name.value == name), None)


def _text(directive: DirectiveNode, name: str) -> str:
    found = next(each.value for each in directive.arguments or () if each.name.value == name)
    assert isinstance(found, StringValueNode)
    return found.value
