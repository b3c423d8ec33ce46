"""Changes of directives that clients may write in operations, and of all others that a schema defines."""

from collections.abc import Iterator

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.schema import SchemaPair, added, kept, removed


def directive_added(schemas: SchemaPair) -> Iterator[Change]:
    """Nobody writes a directive that was not there."""
    for name, _ in added(*schemas.directives):
        yield Change(f"@{name}", ChangeKind.DIRECTIVE_ADDED, Severity.SAFE, f"The directive @{name} is new.")


def directive_removed(schemas: SchemaPair) -> Iterator[Change]:
    """Operations with the directive are refused."""
    for name, _ in removed(*schemas.directives):
        yield Change(f"@{name}", ChangeKind.DIRECTIVE_REMOVED, Severity.BREAKING, f"The directive @{name} is gone.")


def directive_locations(schemas: SchemaPair) -> Iterator[Change]:
    """A location that is gone refuses operations; a new one does no harm."""
    for name, was, now in kept(*schemas.directives):
        gone = sorted(location.value for location in set(was.locations) - set(now.locations))
        new = sorted(location.value for location in set(now.locations) - set(was.locations))
        if gone:
            message = f"@{name} may no longer stand on {', '.join(gone)}."
            yield Change(f"@{name}", ChangeKind.DIRECTIVE_LOCATIONS, Severity.BREAKING, message)
        if new:
            message = f"@{name} may also stand on {', '.join(new)}."
            yield Change(f"@{name}", ChangeKind.DIRECTIVE_LOCATIONS, Severity.SAFE, message)


def directive_repeatable(schemas: SchemaPair) -> Iterator[Change]:
    """A directive that may no longer be repeated refuses operations that do."""
    for name, was, now in kept(*schemas.directives):
        if was.is_repeatable != now.is_repeatable:
            severity = Severity.SAFE if now.is_repeatable else Severity.BREAKING
            message = f"@{name} may {'now' if now.is_repeatable else 'no longer'} be repeated."
            yield Change(f"@{name}", ChangeKind.DIRECTIVE_REPEATABLE, severity, message)
