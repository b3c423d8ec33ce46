"""A made-up world that any supergraph can describe: every value follows from an object's name, a field and its arguments.

All subgraphs and one undivided server look at the same world, so that a plan is right exactly if both ways give the same answer.
Subgraphs are strict: an external field without ``@provides``, or a required field without the right inputs, is an error.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from zlib import crc32

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    is_leaf_type,
    parse_value,
    value_from_ast_untyped,
)

from gateway.schema.query_graph import Slot, View, build_query_graph
from gateway.schema.query_graph.slots import view_of_field, view_of_type
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph, derive_subgraph_schema

POOL = 3
"""How many entities of each type there are."""


@dataclass(frozen=True)
class Thing:
    """An object of the world. ``view`` and ``representation`` are what a subgraph knows of how it came by it."""

    type: str
    name: str
    view: View = ()
    representation: Any = field(default=None, compare=False)
    local: str = ""


def number(*parts: object) -> int:
    return crc32("/".join(map(str, parts)).encode())


class Universe:
    """The world of one supergraph."""

    def __init__(self, supergraph: Supergraph, *, nulls: int = 7, failures: int = 0) -> None:
        """About one in ``nulls`` values that may be null is, and one in ``failures`` fields fails; 0 is none. Lists
        are empty only where there are nulls."""
        self.supergraph = supergraph
        self.graph = build_query_graph(supergraph)
        self.full = supergraph.full_schema
        self.nulls = nulls
        self.failures = failures
        self.keyed = {
            (t.name, s.name)
            for g in supergraph.subgraphs.values()
            for t in g.types.values()
            for k in t.keys
            for s in _fields(k.selections)
        }
        views = [f for g in supergraph.subgraphs.values() for t in g.types.values() for f in t.fields.values()]
        self.inputs = {one.name for view in views for one in _fields(view.requires)} | {name for _, name in self.keyed}
        self.key_names = {name for _, name in self.keyed}
        self.entities = {t.name for g in supergraph.subgraphs.values() for t in g.types.values() if t.keys}

    def value(self, thing: Thing, name: str, arguments: Mapping[str, Any]) -> Any:
        """The value of a field, which fails only where the planner need not read it for other fields."""
        if self.failures and number(thing.name, name, "!") % self.failures == 0 and name not in self.inputs:
            raise GraphQLError(f"{thing.type}.{name} fails")
        declared = self.full.type_map[thing.type].fields[name]
        known = {k: v for k, v in arguments.items() if k in self._public_arguments(thing.type, name)}
        spelled = f"{name}({sorted(known.items())!r})" if known else name
        return self._complete(declared.type, thing, name, spelled)

    def _public_arguments(self, type_name: str, name: str) -> set[str]:
        public = self.supergraph.api_schema.type_map.get(type_name)
        declared = getattr(public, "fields", {}).get(name) or self.full.type_map[type_name].fields[name]
        return set(declared.args)

    def _complete(self, type_: GraphQLOutputType, thing: Thing, name: str, spelled: str) -> Any:
        seed = number(thing.name, spelled)
        if isinstance(type_, GraphQLNonNull):
            return self._not_null(type_.of_type, thing, name, spelled)
        if self.nulls and seed % self.nulls == 0 and self._may_be_null(thing.type, name):
            return None
        return self._not_null(type_, thing, name, spelled)

    @cache  # noqa: B019  # a universe lives as long as its test
    def _may_be_null(self, type_name: str, name: str) -> bool:
        """Not what identifies an entity, nor what some subgraph says is never null."""
        if name in self.key_names:
            return False
        parents = (type_name, *self.supergraph.interfaces.get(type_name, ()))
        views = [
            g.types[p].fields[name]
            for g in self.supergraph.subgraphs.values()
            for p in parents
            if p in g.types and name in g.types[p].fields
        ]
        return not any("!" in view.type for view in views)

    def _not_null(self, type_: GraphQLOutputType, thing: Thing, name: str, spelled: str) -> Any:
        seed = number(thing.name, spelled, "x")
        if isinstance(type_, GraphQLList):
            return [
                self._complete(type_.of_type, thing, name, f"{spelled}[{i}]")
                for i in range(seed % 3 if self.nulls else 1 + seed % 2)
            ]
        if is_leaf_type(type_):
            return self._leaf(type_, thing, spelled, seed)
        types = self._runtime_types(thing.type, name, type_)
        if not types:
            return None
        picked = types[seed % len(types)]
        if picked in self.supergraph.root_types.values():
            return Thing(picked, picked)
        if picked in self.entities:
            return Thing(picked, f"{picked}:{seed // 7 % POOL}")
        return Thing(picked, f"{thing.name}/{spelled}")

    def _leaf(self, type_: Any, thing: Thing, spelled: str, seed: int) -> Any:
        if isinstance(type_, GraphQLEnumType):
            values = self._enum_values(type_.name)
            return values[seed % len(values)] if values else None
        if type_.name == "Int":
            return seed % 1_000_000
        if type_.name == "Float":
            return (seed % 10_000) / 4
        if type_.name == "Boolean":
            return seed % 2 == 0
        return f"{thing.name}.{spelled}"

    @cache  # noqa: B019  # a universe lives as long as its test
    def _enum_values(self, name: str) -> list[str]:
        public = self.supergraph.api_schema.type_map.get(name)
        known = [set(g.types[name].values) for g in self.supergraph.subgraphs.values() if name in g.types]
        both = set.intersection(*known) if known else set()
        if isinstance(public, GraphQLEnumType):
            both &= set(public.values)
        return sorted(both)

    @cache  # noqa: B019  # a universe lives as long as its test
    def _runtime_types(self, parent: str, name: str, type_: Any) -> list[str]:
        """The types that every subgraph which has the field knows, and clients too."""
        found = set(self.supergraph.possible_types[type_.name])
        parents = (parent, *self.supergraph.interfaces.get(parent, ()))
        for g in self.supergraph.subgraphs.values():
            for p in parents:
                view = g.types.get(p) and g.types[p].fields.get(name)
                if view and view.type_name in g.types and not g.types[view.type_name].is_interface_object:
                    found &= set(g.types[view.type_name].runtime_types)
        return sorted(t for t in found if t == type_.name or t in self.supergraph.api_schema.type_map)

    # Servers.

    def undivided(self) -> GraphQLSchema:
        return _attach(
            self.supergraph.api_schema, lambda thing, info, arguments: self.value(thing, info.field_name, arguments)
        )

    def subgraph(self, name: str) -> GraphQLSchema:
        schema = derive_subgraph_schema(self.supergraph, name)

        def resolve(thing: Thing, info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]) -> Any:
            if info.field_name == "_entities":
                return [self.entity(name, representation) for representation in arguments["representations"]]
            return self.resolve_in(name, thing, info, arguments)

        return _attach(schema, resolve)

    def resolve_in(self, graph: str, thing: Thing, info: GraphQLResolveInfo[Any], arguments: Mapping[str, Any]) -> Any:
        local, name = info.parent_type.name, info.field_name
        edge = self.graph.edges.get((local, name, graph))
        provided = view_of_field(thing.view, name)
        if edge is None and provided is None:
            raise GraphQLError(f"{graph} has no {local}.{name} now")
        if edge is not None and edge.is_external and provided is None:
            raise GraphQLError(f"{graph} cannot resolve the external {local}.{name}")
        if edge is not None and edge.requires:
            self.check_inputs(thing, edge.requires, thing.representation, f"{graph} {local}.{name}")
        value = self.value(thing, name, arguments)
        child = self.graph.follow(
            Slot(graph, local, thing.view, name if edge is not None and edge.requires else ""), name
        )
        view = child.view if child is not None else ()
        return _with_view(value, self, view)

    def check_inputs(self, thing: Thing, selections: SelectionSet, given: Any, where: str) -> None:
        if not isinstance(given, dict):
            raise GraphQLError(f"{where} has no inputs")
        for selection in selections:
            if not isinstance(selection, Field):
                types = self.supergraph.possible_types[selection.type_condition or thing.type]
                if thing.type in types:
                    self.check_inputs(thing, selection.selections, given, where)
                continue
            if selection.name == "__typename":
                continue
            if selection.name not in given:
                raise GraphQLError(f"{where} lacks its input {selection.name}")
            arguments = {a.name: value_from_ast_untyped(parse_value(a.value)) for a in selection.arguments}
            expected = self.value(thing, selection.name, arguments)
            self._check_value(expected, given[selection.name], selection, where)

    def _check_value(self, expected: Any, given: Any, selection: Field, where: str) -> None:
        if isinstance(expected, list) and isinstance(given, list) and len(expected) == len(given):
            for one, other in zip(expected, given, strict=True):
                self._check_value(one, other, selection, where)
        elif isinstance(expected, Thing) and given is not None:
            self.check_inputs(expected, selection.selections, given, where)
        elif expected != given:
            raise GraphQLError(f"{where} got {given!r} for {selection.name}, not {expected!r}")

    def entity(self, graph: str, representation: Mapping[str, Any]) -> Any:
        type_name = representation["__typename"]
        view = self.supergraph.subgraphs[graph].types.get(type_name)
        if view is None:
            raise GraphQLError(f"{graph} does not know {type_name}")
        concrete = self.supergraph.possible_types[type_name]
        for name in concrete:
            for n in range(POOL):
                thing = Thing(name, f"{name}:{n}")
                if any(key.resolvable and self._matches(thing, key.selections, representation) for key in view.keys):
                    local = type_name if view.is_interface_object else name
                    return Thing(name, thing.name, (), representation, local)
        raise GraphQLError(f"{graph} finds no {type_name} for {dict(representation)!r}")

    def _matches(self, thing: Thing, key: SelectionSet, given: Any) -> bool:
        if not isinstance(given, Mapping):
            return False
        for selection in key:
            if not isinstance(selection, Field) or selection.name not in given:
                return False
            if selection.name == "__typename":
                continue
            value = self.value(thing, selection.name, {})
            if not self._matches_value(value, given[selection.name], selection):
                return False
        return True

    def _matches_value(self, value: Any, given: Any, selection: Field) -> bool:
        if isinstance(value, list) and isinstance(given, list):
            return len(value) == len(given) and all(
                self._matches_value(a, b, selection) for a, b in zip(value, given, strict=True)
            )
        if isinstance(value, Thing):
            return self._matches(value, selection.selections, given)
        return value == given


def _with_view(value: Any, universe: Universe, view: View) -> Any:
    if isinstance(value, list):
        return [_with_view(item, universe, view) for item in value]
    if isinstance(value, Thing):
        narrowed = view_of_type(view, universe.graph.types_of(value.type)) if view else ()
        return Thing(value.type, value.name, narrowed)
    return value


def _attach(schema: GraphQLSchema, resolve: Any) -> GraphQLSchema:
    roots = {t.name for t in (schema.query_type, schema.mutation_type) if t}

    def resolver(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        thing = source if source is not None else Thing(info.parent_type.name, info.parent_type.name)
        return resolve(thing, info, arguments)

    def resolve_type(value: Thing, *_: Any) -> str:
        return value.local or value.type

    for declared in schema.type_map.values():
        if isinstance(declared, GraphQLObjectType) and not declared.name.startswith("__"):
            for one in declared.fields.values():
                one.resolve = resolver
        elif isinstance(declared, GraphQLInterfaceType | GraphQLUnionType):
            declared.resolve_type = resolve_type
    assert roots
    return schema


def _fields(selections: SelectionSet) -> Iterator[Field]:
    for selection in selections:
        if isinstance(selection, Field):
            yield selection
        yield from _fields(selection.selections)
