"""Changes of output fields: presence and type."""

from collections.abc import Iterator

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.nullability import is_safe_output
from gateway.schema.diff.schema import SchemaPair, added, kept_composites, kept_fields, removed


def field_added(schemas: SchemaPair) -> Iterator[Change]:
    """Nobody asks for a field that was not there."""
    for was, now in kept_composites(schemas):
        for name, field in added(was.fields, now.fields):
            message = f"{now.name} has a new field {name}: {field.type}."
            yield Change(f"{now.name}.{name}", ChangeKind.FIELD_ADDED, Severity.SAFE, message)


def field_removed(schemas: SchemaPair) -> Iterator[Change]:
    """Operations that ask for the field are refused, deprecated or not."""
    for was, now in kept_composites(schemas):
        for name, field in removed(was.fields, now.fields):
            note = " It was deprecated." if field.deprecation_reason is not None else ""
            message = f"{was.name} no longer has the field {name}.{note}"
            yield Change(f"{was.name}.{name}", ChangeKind.FIELD_REMOVED, Severity.BREAKING, message)


def field_type(schemas: SchemaPair) -> Iterator[Change]:
    """A field may promise more (non-null), never less and nothing else."""
    for coordinate, was, now in kept_fields(schemas):
        if str(was.type) != str(now.type):
            severity = Severity.SAFE if is_safe_output(was.type, now.type) else Severity.BREAKING
            message = f"{coordinate} is {now.type} and was {was.type}."
            yield Change(coordinate, ChangeKind.FIELD_TYPE, severity, message)
