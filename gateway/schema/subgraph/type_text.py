"""Types as text, and which is a subtype of which (GraphQL specification, section 3.6.1, "IsValidImplementationFieldType")."""

from collections.abc import Callable
from typing import TypeAlias

from gateway.types import TypeName

IsMember: TypeAlias = Callable[[TypeName, TypeName], bool]
"""Whether the second type is a member or an implementation of the first."""


def is_strict_subtype(type_: str, maybe: str, is_member: IsMember) -> bool:
    """Whether ``maybe`` may stand wherever ``type_`` is expected, and is not the same type.

    A non-null type is a subtype of the nullable one; lists and non-null marks carry over what holds inside.
    """
    return type_ != maybe and _is_subtype(type_, maybe, is_member)


def _is_subtype(type_: str, maybe: str, is_member: IsMember) -> bool:
    while type_ != maybe:
        if type_.endswith("!"):
            if not maybe.endswith("!"):
                return False
            type_, maybe = type_[:-1], maybe[:-1]
        elif maybe.endswith("!"):
            maybe = maybe[:-1]
        elif type_.startswith("[") and maybe.startswith("["):
            type_, maybe = type_[1:-1], maybe[1:-1]
        elif type_.startswith("[") or maybe.startswith("["):
            return False
        else:
            return is_member(type_, maybe)
    return True


def base_name(type_: str) -> TypeName:
    """The name under lists and non-null marks."""
    return type_.strip("[]!")
