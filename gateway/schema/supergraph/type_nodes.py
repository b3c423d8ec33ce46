"""What a type's node says, under its lists and non-null marks."""

from graphql import NamedTypeNode, TypeNode

from gateway.types import TypeName


def named_type(node: TypeNode) -> TypeName:
    """The name under a type's lists and non-null marks."""
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]  # only lists and non-nulls are left, and both wrap a type
    return node.name.value
