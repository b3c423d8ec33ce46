"""Keep of a field set what is external: what Federation 1 took as the effective part of ``@requires`` and ``@provides``."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from graphql import FieldNode, GraphQLError, InlineFragmentNode, SelectionNode, SelectionSetNode, StringValueNode

from gateway.schema.subgraph.field_set import fields_text, parse_selections, print_node
from gateway.schema.subgraph.model import COMPOSITE, Applied, SubgraphSchema
from gateway.types import TypeName


def keep_external(
    schema: SubgraphSchema, parent: TypeName, directive: Applied, external: AbstractSet[str]
) -> Applied | None:
    """The application with the external part of its field set; None where nothing is left.

    A field set that cannot be read stays as it is, for the rules to report.
    """
    text = fields_text(directive)
    try:
        node = parse_selections(text)
        kept = _keep(schema, parent, node, external)
    except GraphQLError:
        return directive
    if kept is None:
        return None
    if kept == node.selections:
        return directive
    arguments = {**directive.arguments, "fields": StringValueNode(value=" ".join(print_node(s) for s in kept))}
    return replace(directive, arguments=arguments)


def _keep(
    schema: SubgraphSchema, parent: TypeName, node: SelectionSetNode, external: AbstractSet[str]
) -> tuple[SelectionNode, ...] | None:
    if not node.selections:
        raise GraphQLError("Syntax Error: expected a selection.")
    found = [_keep_selection(schema, parent, selection, external) for selection in node.selections]
    kept = tuple(selection for selection in found if selection is not None)
    return kept or None


def _keep_selection(
    schema: SubgraphSchema, parent: TypeName, selection: SelectionNode, external: AbstractSet[str]
) -> SelectionNode | None:
    if isinstance(selection, InlineFragmentNode):
        condition = selection.type_condition.name.value if selection.type_condition else parent
        kept = _keep(schema, condition, selection.selection_set, external)
        return None if kept is None else _with_selections(selection, kept)
    if not isinstance(selection, FieldNode):
        return selection
    type_ = schema.types.get(parent)
    field = type_.fields.get(selection.name.value) if type_ else None
    if selection.name.value == "__typename":
        return None
    if field is None:
        return selection  # An unknown field is for the rules to report.
    if _is_external(schema, parent, field.name, external):
        return selection
    target = schema.types.get(field.base)
    if selection.selection_set is None:
        return selection if target is not None and target.kind in COMPOSITE else None
    kept = _keep(schema, field.base, selection.selection_set, external)
    return None if kept is None else _with_selections(selection, kept)


def _is_external(schema: SubgraphSchema, parent: TypeName, name: str, external: AbstractSet[str]) -> bool:
    """Whether a field is external, in an interface's implementations too."""
    owners = [parent, *(implementation.name for implementation in schema.implementations(parent))]
    return any(f"{owner}.{name}" in external for owner in owners)


def _with_selections(node: FieldNode | InlineFragmentNode, kept: tuple[SelectionNode, ...]) -> SelectionNode:
    values = {key: getattr(node, key) for key in node.keys if key != "loc"}
    return type(node)(**{**values, "selection_set": SelectionSetNode(selections=kept)})
