"""A change between two schemas: what happened, where, and how much clients have to fear from it."""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Severity(Enum):
    """What a change does to clients that were written before it."""

    BREAKING = "breaking"
    """An operation that was valid may be refused, or an answer may hold what its client cannot read."""

    DANGEROUS = "dangerous"
    """Every operation stays valid, but answers may hold something new, or mean something else."""

    SAFE = "safe"
    """No client can notice, unless it asks for what is new."""


class ChangeKind(StrEnum):
    """Every kind of change; each has one rule."""

    ROOT_TYPE = "ROOT_TYPE_CHANGED"
    TYPE_ADDED = "TYPE_ADDED"
    TYPE_REMOVED = "TYPE_REMOVED"
    TYPE_KIND = "TYPE_KIND_CHANGED"
    INTERFACE_ADDED = "INTERFACE_ADDED"
    INTERFACE_REMOVED = "INTERFACE_REMOVED"
    UNION_MEMBER_ADDED = "UNION_MEMBER_ADDED"
    UNION_MEMBER_REMOVED = "UNION_MEMBER_REMOVED"
    ENUM_VALUE_ADDED = "ENUM_VALUE_ADDED"
    ENUM_VALUE_REMOVED = "ENUM_VALUE_REMOVED"
    FIELD_ADDED = "FIELD_ADDED"
    FIELD_REMOVED = "FIELD_REMOVED"
    FIELD_TYPE = "FIELD_TYPE_CHANGED"
    ARGUMENT_ADDED = "ARGUMENT_ADDED"
    ARGUMENT_REMOVED = "ARGUMENT_REMOVED"
    ARGUMENT_TYPE = "ARGUMENT_TYPE_CHANGED"
    ARGUMENT_DEFAULT = "ARGUMENT_DEFAULT_CHANGED"
    INPUT_FIELD_ADDED = "INPUT_FIELD_ADDED"
    INPUT_FIELD_REMOVED = "INPUT_FIELD_REMOVED"
    INPUT_FIELD_TYPE = "INPUT_FIELD_TYPE_CHANGED"
    INPUT_FIELD_DEFAULT = "INPUT_FIELD_DEFAULT_CHANGED"
    ONE_OF = "ONE_OF_CHANGED"
    SPECIFIED_BY = "SPECIFIED_BY_CHANGED"
    DIRECTIVE_ADDED = "DIRECTIVE_ADDED"
    DIRECTIVE_REMOVED = "DIRECTIVE_REMOVED"
    DIRECTIVE_LOCATIONS = "DIRECTIVE_LOCATIONS_CHANGED"
    DIRECTIVE_REPEATABLE = "DIRECTIVE_REPEATABLE_CHANGED"
    DEPRECATION = "DEPRECATION_CHANGED"
    DESCRIPTION = "DESCRIPTION_CHANGED"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. ``coordinate`` is the schema coordinate of what changed, as it was or, if it is new, as it is."""

    coordinate: str
    kind: ChangeKind
    severity: Severity
    message: str
