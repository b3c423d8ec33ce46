"""Changes of arguments, of fields and of directives alike."""

from collections.abc import Iterator

from graphql import is_required_argument

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.defaults import print_default
from gateway.schema.diff.nullability import is_safe_input
from gateway.schema.diff.schema import SchemaPair, added, argument_lists, kept_arguments, removed


def argument_added(schemas: SchemaPair) -> Iterator[Change]:
    """A required argument refuses every operation that does not give it; an optional one may change the answer."""
    for owner, before, after in argument_lists(schemas):
        for name, argument in added(before, after):
            required = is_required_argument(argument)
            severity = Severity.BREAKING if required else Severity.DANGEROUS
            message = f"{owner} has a new {'required' if required else 'optional'} argument {name}: {argument.type}."
            yield Change(f"{owner}({name}:)", ChangeKind.ARGUMENT_ADDED, severity, message)


def argument_removed(schemas: SchemaPair) -> Iterator[Change]:
    """Operations that give the argument are refused."""
    for owner, before, after in argument_lists(schemas):
        for name, _ in removed(before, after):
            message = f"{owner} no longer has the argument {name}."
            yield Change(f"{owner}({name}:)", ChangeKind.ARGUMENT_REMOVED, Severity.BREAKING, message)


def argument_type(schemas: SchemaPair) -> Iterator[Change]:
    """An argument may ask for less (nullable), never for more and nothing else."""
    for coordinate, was, now in kept_arguments(schemas):
        if str(was.type) != str(now.type):
            severity = Severity.SAFE if is_safe_input(was.type, now.type) else Severity.BREAKING
            message = f"{coordinate} is {now.type} and was {was.type}."
            yield Change(coordinate, ChangeKind.ARGUMENT_TYPE, severity, message)


def argument_default(schemas: SchemaPair) -> Iterator[Change]:
    """Operations that leave the argument out get another answer; without a default for a non-null, they are refused."""
    for coordinate, was, now in kept_arguments(schemas):
        before, after = print_default(was), print_default(now)
        if before != after:
            refused = is_required_argument(now) and not is_required_argument(was)
            severity = Severity.BREAKING if refused else Severity.DANGEROUS
            message = f"{coordinate} has the default {after or '(none)'}, and had {before or '(none)'}."
            yield Change(coordinate, ChangeKind.ARGUMENT_DEFAULT, severity, message)
