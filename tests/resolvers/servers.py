"""Subgraph servers made of SDL and plain data, for tests of everything that runs plans.

``data`` holds for each type its records, and for each root type its fields. A record of an entity is found by the keys in its SDL.
In a value, ``{"error": text}`` fails, a text with ``{field}`` in it is filled from the object (and from the representation, which is how
``@requires`` shows), and ``{"by": {"currency: EUR": …}}`` depends on the arguments.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    build_schema,
    get_named_type,
    parse,
    print_ast,
)

from gateway.schema.selection import Field, SelectionSet, parse_field_set

Record = dict[str, Any]
Info = GraphQLResolveInfo[Any]

FEDERATION = """
scalar _Any
type _Service {{ sdl: String! }}
union _Entity = {entities}
{query} {{ _entities(representations: [_Any!]!): [_Entity]!  _service: _Service! }}
"""


def make_server(sdl: str, data: Mapping[str, Any]) -> GraphQLSchema:
    """An executable subgraph. Its SDL may use federation directives without importing them."""
    sdl = _without_extensions(sdl)
    keys = {name: tuple(found) for name, found in _keys(sdl)}
    plain = build_schema(sdl, assume_valid=True, assume_valid_sdl=True)
    entities = [name for name in keys if isinstance(plain.type_map[name], GraphQLObjectType)]
    query = f"extend type {plain.query_type.name}" if plain.query_type else "type Query"
    more = FEDERATION.format(entities=" | ".join(entities), query=query) if entities else ""
    schema = build_schema(f"{sdl}\n{more}", assume_valid=True, assume_valid_sdl=True)
    _Server(schema, keys, data).attach()
    return schema


def _without_extensions(sdl: str) -> str:
    """Federation 1 writes ``extend type`` for types that another subgraph defines; to a server of its own they are types."""
    return re.sub(r"\bextend (?=type|interface|union|enum|input)", "", sdl)


def _keys(sdl: str) -> Iterator[tuple[str, list[SelectionSet]]]:
    for node in parse(sdl).definitions:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            found = [
                parse_field_set(print_ast(argument.value).strip('"'))
                for directive in node.directives or ()
                if directive.name.value == "key"
                for argument in directive.arguments or ()
                if argument.name.value == "fields"
            ]
            if found:
                yield node.name.value, found


class _Server:
    def __init__(
        self, schema: GraphQLSchema, keys: Mapping[str, tuple[SelectionSet, ...]], data: Mapping[str, Any]
    ) -> None:
        self.schema, self.keys, self.data = schema, keys, data

    def attach(self) -> None:
        """Give every field its resolver, and every abstract type its way to tell types."""
        for declared in self.schema.type_map.values():
            if isinstance(declared, GraphQLObjectType) and not declared.name.startswith("__"):
                for field in declared.fields.values():
                    field.resolve = self.resolve_field
            elif hasattr(declared, "resolve_type"):
                declared.resolve_type = lambda value, *_: value.get("__typename")
        for root in (self.schema.query_type, self.schema.mutation_type):
            if root and "_entities" in root.fields:
                root.fields["_entities"].resolve = self.resolve_entities

    def resolve_field(self, source: Record | None, info: Info, **arguments: Any) -> Any:
        record = {**self.data.get(info.parent_type.name, {}), **(source or {})} if self.is_root(info) else source or {}
        value = record.get(info.field_name)
        if isinstance(value, dict) and "by" in value:
            spelled = ", ".join(f"{name}: {argument}" for name, argument in sorted(arguments.items()))
            value = value["by"].get(spelled)
        return self.resolve_value(value, record, get_named_type(info.return_type).name)

    def is_root(self, info: Info) -> bool:
        return info.parent_type in (self.schema.query_type, self.schema.mutation_type)

    def resolve_value(self, value: Any, record: Record, type_name: str) -> Any:
        if isinstance(value, list):
            return [self.resolve_value(item, record, type_name) for item in value]
        if isinstance(value, str) and "{" in value:
            return value.format_map(record)
        if not isinstance(value, dict):
            return value
        if "error" in value:
            return GraphQLError(value["error"], extensions=value.get("extensions"))
        known = self.find(value.get("__typename", type_name), value)
        return {**known, **value} if known else value

    def resolve_entities(self, _source: Any, _info: Info, representations: list[Record]) -> list[Any]:
        return [self.resolve_entity(representation) for representation in representations]

    def resolve_entity(self, representation: Record) -> Any:
        found = self.find(representation["__typename"], representation)
        if found is None or "error" in found:
            return found and GraphQLError(found["error"])
        return {**found, **{name: value for name, value in representation.items() if name not in found}}

    def find(self, type_name: str, wanted: Record) -> Record | None:
        """The record that one of the type's keys identifies: of the type itself, or of one that implements it."""
        declared = self.schema.type_map.get(type_name)
        possible = [declared.name] if isinstance(declared, GraphQLObjectType | GraphQLUnionType) else []
        possible = possible or [t.name for t in self.schema.get_possible_types(declared)]  # type: ignore[arg-type]  # an interface
        for name in possible:
            for record in self.data.get(name, ()):
                if any(_matches(key, record, wanted) for key in self.keys.get(name, ())):
                    return {"__typename": name, **record}
        return None


def _matches(key: SelectionSet, record: Any, wanted: Any) -> bool:
    if not isinstance(record, dict) or not isinstance(wanted, dict):
        return False
    for field in key:
        assert isinstance(field, Field)
        if field.name not in record or field.name not in wanted:
            return False
        if field.selections and not _matches(field.selections, record[field.name], wanted[field.name]):
            return False
        if not field.selections and str(record[field.name]) != str(wanted[field.name]):
            return False
    return True
