"""Print a supergraph document: the opposite of reading it. Equal documents give equal bytes.

Written for documents of hundreds of kilobytes, which a generic printer by visitor takes seconds for.
"""

from collections.abc import Iterable
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    SchemaDefinitionNode,
    StringValueNode,
    TypeNode,
    UnionTypeDefinitionNode,
    ValueNode,
    print_ast,
)
from graphql.language.block_string import print_block_string
from graphql.language.print_string import print_string

_KEYWORDS = {
    ScalarTypeDefinitionNode: "scalar",
    ObjectTypeDefinitionNode: "type",
    InterfaceTypeDefinitionNode: "interface",
    UnionTypeDefinitionNode: "union",
    EnumTypeDefinitionNode: "enum",
    InputObjectTypeDefinitionNode: "input",
}


def print_supergraph(document: DocumentNode) -> str:
    """The supergraph as SDL, with one line break at its end."""
    return "\n\n".join(_print_definition(definition) for definition in document.definitions) + "\n"


def _print_definition(node: DefinitionNode) -> str:
    if isinstance(node, SchemaDefinitionNode):
        roots = [f"  {root.operation.value}: {root.type.name.value}" for root in node.operation_types or ()]
        return f"{_description(node, '')}schema{_own_lines(node.directives)}{_block(roots, after_lines=bool(node.directives))}"
    if isinstance(node, DirectiveDefinitionNode):
        return _print_directive_definition(node)
    keyword = _KEYWORDS.get(type(node))
    return _print_type(node, keyword) if keyword is not None else print_ast(node)


def _print_directive_definition(node: DirectiveDefinitionNode) -> str:
    repeatable = " repeatable" if node.repeatable else ""
    locations = " | ".join(location.value for location in node.locations)
    return f"{_description(node, '')}directive @{node.name.value}{_arguments(node.arguments, '')}{repeatable} on {locations}"


def _print_type(node: Any, keyword: str) -> str:
    head = f"{_description(node, '')}{keyword} {node.name.value}"
    if interfaces := getattr(node, "interfaces", None):
        head += " implements " + " & ".join(interface.name.value for interface in interfaces)
    head += _own_lines(node.directives)
    if isinstance(node, UnionTypeDefinitionNode):
        members = " | ".join(member.name.value for member in node.types or ())
        return f"{head}{_separator(node.directives)}= {members}" if members else head
    if isinstance(node, EnumTypeDefinitionNode):
        values = node.values or ()
        lines = [f"{_description(v, '  ')}  {v.name.value}{_directives(v.directives)}" for v in values]
    else:
        lines = [_print_field(field) for field in getattr(node, "fields", None) or ()]
    return f"{head}{_block(lines, after_lines=bool(node.directives))}"


def _print_field(node: FieldDefinitionNode | InputValueDefinitionNode) -> str:
    if isinstance(node, InputValueDefinitionNode):
        return f"{_description(node, '  ')}  {_print_input(node)}"
    arguments = _arguments(node.arguments, "  ")
    return f"{_description(node, '  ')}  {node.name.value}{arguments}: {print_type(node.type)}{_directives(node.directives)}"


def _print_input(node: InputValueDefinitionNode) -> str:
    default = f" = {print_value(node.default_value)}" if node.default_value is not None else ""
    return f"{node.name.value}: {print_type(node.type)}{default}{_directives(node.directives)}"


def _arguments(nodes: Iterable[InputValueDefinitionNode] | None, indent: str) -> str:
    found = list(nodes or ())
    if not found:
        return ""
    if all(node.description is None for node in found):
        return f"({', '.join(_print_input(node) for node in found)})"
    inner = f"{indent}  "
    lines = "\n".join(f"{_description(node, inner)}{inner}{_print_input(node)}" for node in found)
    return f"(\n{lines}\n{indent})"


def _block(lines: list[str], *, after_lines: bool = False) -> str:
    if not lines:
        return ""
    opening = "\n{" if after_lines else " {"
    return "\n".join([opening, *lines, "}"])


def _own_lines(nodes: Iterable[DirectiveNode] | None) -> str:
    """A type's directives, each on a line of its own: a supergraph has one and more for every subgraph."""
    return "".join(f"\n  {_print_directive(node)}" for node in nodes or ())


def _separator(nodes: Iterable[DirectiveNode] | None) -> str:
    return "\n  " if nodes else " "


def _directives(nodes: Iterable[DirectiveNode] | None) -> str:
    return "".join(f" {_print_directive(node)}" for node in nodes or ())


def _print_directive(node: DirectiveNode) -> str:
    arguments = ", ".join(f"{a.name.value}: {print_value(a.value)}" for a in node.arguments or ())
    return f"@{node.name.value}({arguments})" if arguments else f"@{node.name.value}"


def _description(node: Any, indent: str) -> str:
    description: StringValueNode | None = node.description
    if description is None:
        return ""
    text = print_block_string(description.value) if description.block else print_string(description.value)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in text.split("\n"))


def print_value(node: ValueNode) -> str:
    """A literal on one line."""
    kind = node.kind
    if kind == "string_value":
        return print_string(node.value)  # type: ignore[attr-defined]  # the kind says it
    if kind in ("enum_value", "int_value", "float_value"):
        return str(node.value)  # type: ignore[attr-defined]  # the kind says it
    return print_ast(node)


def print_type(node: TypeNode) -> str:
    """A type as text."""
    suffix, prefix = "", ""
    while not isinstance(node, NamedTypeNode):
        if isinstance(node, ListTypeNode):
            prefix, suffix = f"{prefix}[", f"]{suffix}"
        else:
            suffix = f"!{suffix}"
        node = node.type  # type: ignore[attr-defined]  # lists and non-nulls both wrap a type
    return f"{prefix}{node.name.value}{suffix}"
