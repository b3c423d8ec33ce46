"""Access in disjunctive form: any one of several sets of scopes or policies, all of a set at once."""

from collections.abc import Iterable
from functools import reduce
from typing import Final, TypeAlias

from graphql import ListValueNode, StringValueNode, ValueNode

Alternatives: TypeAlias = frozenset[frozenset[str]]

MOST: Final = 1024
"""More alternatives than this nobody wrote on purpose, and products of them grow without bound."""


def read_alternatives(value: ValueNode | None) -> Alternatives:
    """The alternatives of an argument of type ``[[String!]!]!``; a bare value counts as a list of one."""
    lists = value.values if isinstance(value, ListValueNode) else () if value is None else (value,)
    return frozenset(frozenset(v.value for v in _items(one) if isinstance(v, StringValueNode)) for one in lists)


def _items(value: ValueNode) -> Iterable[ValueNode]:
    return value.values if isinstance(value, ListValueNode) else (value,)


def all_of(conditions: Iterable[Alternatives]) -> Alternatives:
    """Alternatives that hold where every condition holds, without those that another one makes needless.

    Beyond ``MOST``, everything that any condition names is asked for at once, which is sure to be enough.
    """
    found = list(conditions)
    return reduce(_both, found) if found else frozenset({frozenset()})


def _both(one: Alternatives, other: Alternatives) -> Alternatives:
    if len(one) * len(other) > MOST:
        return frozenset({frozenset().union(*one, *other)})
    combined = {a | b for a in one for b in other}
    return frozenset(a for a in combined if not any(b < a for b in combined))
