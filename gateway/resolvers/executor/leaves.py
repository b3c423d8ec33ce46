"""Leaf values as clients may get them: built-in scalars strictly, public enum values only, custom scalars as they come."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLLeafType

INVALID: Final = object()
"""What stands for a value that is not one of its type."""

MAX_INT: Final = 2**31 - 1
MIN_INT: Final = -(2**31)

LeafReader = Callable[[Any], Any]


def leaf_reader(leaf: GraphQLLeafType) -> LeafReader:
    """The function that gives a subgraph's value of this type its final form, or ``INVALID``."""
    if isinstance(leaf, GraphQLEnumType):
        names = frozenset(leaf.values)
        return lambda value: value if isinstance(value, str) and value in names else INVALID
    return BUILT_IN.get(leaf.name, _read_any)


def _read_any(value: Any) -> Any:
    return value


def _read_int(value: Any) -> Any:
    """GraphQL specification, section 3.5.1: 32 bits, and 1.0 is an integer too."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return value if type(value) is int and MIN_INT <= value <= MAX_INT else INVALID


def _read_float(value: Any) -> Any:
    """GraphQL specification, section 3.5.2: any finite number."""
    if type(value) is int:
        return value
    return value if type(value) is float and isfinite(value) else INVALID


def _read_string(value: Any) -> Any:
    return value if type(value) is str else INVALID


def _read_boolean(value: Any) -> Any:
    return value if type(value) is bool else INVALID


def _read_id(value: Any) -> Any:
    """GraphQL specification, section 3.5.5: always a string for clients, though a subgraph may write an integer."""
    if type(value) is int:
        return str(value)
    return value if type(value) is str else INVALID


BUILT_IN: Final[Mapping[str, LeafReader]] = {
    "Int": _read_int,
    "Float": _read_float,
    "String": _read_string,
    "Boolean": _read_boolean,
    "ID": _read_id,
}
