"""Changes of input objects: their fields, and whether exactly one may be given."""

from collections.abc import Iterator

from graphql import GraphQLInputField, GraphQLInputObjectType, is_required_input_field

from gateway.schema.diff.change import Change, ChangeKind, Severity
from gateway.schema.diff.defaults import print_default
from gateway.schema.diff.nullability import is_safe_input
from gateway.schema.diff.schema import SchemaPair, added, kept, kept_types, removed


def input_field_added(schemas: SchemaPair) -> Iterator[Change]:
    """A required field refuses every value without it; an optional one may change what a value means."""
    for was, now in kept_types(schemas, GraphQLInputObjectType):
        for name, field in added(was.fields, now.fields):
            required = is_required_input_field(field)
            severity = Severity.BREAKING if required else Severity.DANGEROUS
            message = f"{now.name} has a new {'required' if required else 'optional'} field {name}: {field.type}."
            yield Change(f"{now.name}.{name}", ChangeKind.INPUT_FIELD_ADDED, severity, message)


def input_field_removed(schemas: SchemaPair) -> Iterator[Change]:
    """Operations that give the field are refused."""
    for was, now in kept_types(schemas, GraphQLInputObjectType):
        for name, _ in removed(was.fields, now.fields):
            message = f"{was.name} no longer has the field {name}."
            yield Change(f"{was.name}.{name}", ChangeKind.INPUT_FIELD_REMOVED, Severity.BREAKING, message)


def input_field_type(schemas: SchemaPair) -> Iterator[Change]:
    """An input field may ask for less (nullable), never for more and nothing else."""
    for coordinate, was, now in _kept_input_fields(schemas):
        if str(was.type) != str(now.type):
            severity = Severity.SAFE if is_safe_input(was.type, now.type) else Severity.BREAKING
            message = f"{coordinate} is {now.type} and was {was.type}."
            yield Change(coordinate, ChangeKind.INPUT_FIELD_TYPE, severity, message)


def input_field_default(schemas: SchemaPair) -> Iterator[Change]:
    """Values that leave the field out mean something else; without a default for a non-null, they are refused."""
    for coordinate, was, now in _kept_input_fields(schemas):
        before, after = print_default(was), print_default(now)
        if before != after:
            refused = is_required_input_field(now) and not is_required_input_field(was)
            severity = Severity.BREAKING if refused else Severity.DANGEROUS
            message = f"{coordinate} has the default {after or '(none)'}, and had {before or '(none)'}."
            yield Change(coordinate, ChangeKind.INPUT_FIELD_DEFAULT, severity, message)


def one_of(schemas: SchemaPair) -> Iterator[Change]:
    """With ``@oneOf``, values with no field or with several are refused; without it, they are taken."""
    for was, now in kept_types(schemas, GraphQLInputObjectType):
        if was.is_one_of != now.is_one_of:
            severity = Severity.BREAKING if now.is_one_of else Severity.SAFE
            message = f"{now.name} {'now takes exactly one' if now.is_one_of else 'no longer takes exactly one'} field."
            yield Change(now.name, ChangeKind.ONE_OF, severity, message)


def _kept_input_fields(schemas: SchemaPair) -> Iterator[tuple[str, GraphQLInputField, GraphQLInputField]]:
    for was, now in kept_types(schemas, GraphQLInputObjectType):
        for name, field_was, field_now in kept(was.fields, now.fields):
            yield f"{was.name}.{name}", field_was, field_now
