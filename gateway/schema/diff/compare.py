"""Find every change between two schemas, by coordinate."""

from graphql import GraphQLSchema, build_schema

from gateway.schema.diff.change import Change, Severity
from gateway.schema.diff.rules import RULES
from gateway.schema.diff.schema import SchemaPair

_ORDER = {Severity.BREAKING: 0, Severity.DANGEROUS: 1, Severity.SAFE: 2}


def diff_schemas(before: GraphQLSchema | str, after: GraphQLSchema | str) -> tuple[Change, ...]:
    """Every change from one API schema to the next, sorted by coordinate, the worst first where one has several.

    A schema is given as such or as SDL. Raises ``graphql.GraphQLError`` where SDL cannot be parsed and ``TypeError`` where it
    is no schema.
    """
    schemas = SchemaPair(_read(before), _read(after))
    changes = {change for rule in RULES for change in rule(schemas)}
    return tuple(sorted(changes, key=lambda c: (c.coordinate, _ORDER[c.severity], c.kind, c.message)))


def _read(schema: GraphQLSchema | str) -> GraphQLSchema:
    return build_schema(schema) if isinstance(schema, str) else schema
