"""Completion against graphql-core: the same data, however full of holes, must become the same answer."""

from functools import cache
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    execute_sync,
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from gateway.resolvers.executor.completion import Completion
from gateway.resolvers.executor.projection import Position
from gateway.resolvers.operation import Limits, read_operation

SCHEMA = build_schema(
    """
    type Query { one: Achievement must: Achievement! all: [Achievement!] grid: [[Int!]]! holders: [Holder]! result: Result }
    type Achievement { id: ID! title: String level: Level! holder: Holder related: [Achievement!]! scores: [Float!] }
    interface Holder { name: String! town: Town }
    type University implements Holder { name: String! town: Town rank: Int! }
    type Company implements Holder { name: String! town: Town! staff: [Company] }
    type Town { name: String! }
    union Result = Achievement | Town
    enum Level { LAB PILOT }
    """
)
QUERY = """
query($a: Boolean!, $b: Boolean!) {
  one { id title level holder { __typename name ...Town } }
  must { id related { level related @include(if: $a) { id } } ...Scores @skip(if: $b) }
  all { id holder { ... on University { rank name } ... on Company { staff { name town { name } } } } }
  grid
  holders { ... on Holder { town { name } } ...Town __typename }
  result { ... on Town { name } ... on Achievement { title scores } }
  one { related { title @include(if: $b) id } }
}
fragment Town on Holder { town { name __typename } }
fragment Scores on Achievement { scores title }
"""
DEPTH = 4
SCALARS = {
    "ID": st.sampled_from(["1", "2"]),
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-9, 9),
    "String": st.text(max_size=2),
}


@cache
def values(declared: Any, depth: int) -> st.SearchStrategy[Any]:
    """Values of a type, now and then null where none is allowed, or with parts missing."""
    if isinstance(declared, GraphQLNonNull):
        present = named_values(declared.of_type, depth)
        return st.one_of(*[present] * 9, st.none())
    return st.one_of(st.none(), *[named_values(declared, depth)] * 3)


def named_values(declared: Any, depth: int) -> st.SearchStrategy[Any]:
    if isinstance(declared, GraphQLList):
        return st.lists(values(declared.of_type, depth), max_size=2)
    if isinstance(declared, GraphQLEnumType):
        return st.sampled_from(sorted(declared.values))
    if isinstance(declared, GraphQLObjectType):
        return objects(declared, depth)
    if isinstance(declared, GraphQLInterfaceType | GraphQLUnionType):
        return st.one_of(*(objects(possible, depth) for possible in SCHEMA.get_possible_types(declared)))
    return SCALARS[declared.name]


@cache
def objects(declared: GraphQLObjectType, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    if depth == 0:
        return st.just({"__typename": declared.name})
    fields = {name: values(field.type, depth - 1) for name, field in declared.fields.items()}
    return st.fixed_dictionaries({"__typename": st.just(declared.name)}, optional=fields)


assert SCHEMA.query_type
DATA = objects(SCHEMA.query_type, DEPTH)
OPERATION = read_operation(SCHEMA, QUERY, None, Limits())
DOCUMENT = parse(QUERY)


@given(DATA, st.booleans(), st.booleans())
def test_nulls_spread_as_in_an_undivided_server(data: Any, a: bool, b: bool) -> None:
    """Same data, same order of keys; and a problem is told exactly where graphql-core finds an error."""
    variables = {"a": a, "b": b}
    expected = execute_sync(SCHEMA, DOCUMENT, data, variable_values=variables)
    completion = Completion((), {})
    got = completion.complete_root(Position(SCHEMA, "Query", OPERATION.selections, variables), data)
    assert repr(got) == repr(normal(expected.data))
    assert bool(completion.problems) == bool(expected.errors)


def normal(value: Any) -> Any:
    """Plain JSON, with whole floats as the subgraph wrote them: 1 stays 1."""
    if isinstance(value, dict):
        return {key: normal(item) for key, item in value.items()}
    return [normal(item) for item in value] if isinstance(value, list) else value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["one", "must", "all", "grid", "holders", "result", "id", "holder", "town", "__typename", "name"]
            ),
            inner | st.sampled_from(["University", "Town", "Secret"]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["one", "must", "all", "grid", "holders", "result"]), JSON))
def test_whatever_a_subgraph_sends_the_answer_fits_the_schema(data: Any) -> None:
    """Garbage becomes null, and never reaches a client."""
    position = Position(SCHEMA, "Query", OPERATION.selections, {"a": True, "b": False})
    completed = Completion((), {}).complete_root(position, data)
    assert completed is None or fits(completed, SCHEMA.query_type)


def fits(value: Any, declared: Any) -> bool:
    """Whether a value could be of a type: a check of its own, by the specification alone."""
    if isinstance(declared, GraphQLNonNull):
        return value is not None and fits(value, declared.of_type)
    if value is None:
        return True
    if isinstance(declared, GraphQLList):
        return isinstance(value, list) and all(fits(item, declared.of_type) for item in value)
    if isinstance(declared, GraphQLEnumType):
        return value in declared.values
    if isinstance(declared, GraphQLObjectType):
        return isinstance(value, dict) and all(
            fits(item, declared.fields[key].type) for key, item in value.items() if key != "__typename"
        )
    if isinstance(declared, GraphQLInterfaceType | GraphQLUnionType):
        return any(fits(value, possible) for possible in SCHEMA.get_possible_types(declared) if knows(possible, value))
    kinds = {"ID": str, "String": str, "Int": int, "Float": int | float}
    return isinstance(value, kinds[declared.name]) and not isinstance(value, bool)


def knows(declared: GraphQLObjectType, value: Any) -> bool:
    return isinstance(value, dict) and set(value) <= {*declared.fields, "__typename"}
