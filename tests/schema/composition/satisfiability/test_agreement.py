"""What composes can be planned: the proof and the planner agree on made-up subgraphs and operations."""

from collections.abc import Iterator
from random import Random

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from gateway.errors import PlanningError, RequestError
from gateway.resolvers import plan
from gateway.schema import Subgraph, compose

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@external", "@requires"])
"""
OBJECTS = ("Company", "Site", "Technology")
REFERENCES = {("Company", "site"): "Site", ("Site", "holds"): "[Thing]", ("Technology", "owner"): "Company"}


def make_subgraphs(random: Random) -> list[Subgraph]:
    """Three subgraphs that share objects and an interface, each with some of the fields and some of the keys."""
    return [Subgraph(name, f"http://{name}", _make_sdl(name, random)) for name in ("carbon", "city", "core")]


def _make_sdl(name: str, random: Random) -> str:
    present = [type_name for type_name in OBJECTS if random.random() < 0.8] or ["Site"]
    objects = [_make_object(type_name, name, present, random) for type_name in present]
    roots = [f"{name}{type_name}: {type_name}" for type_name in present if random.random() < 0.5]
    roots.append(f"thing: {random.choice(['Thing', '[Thing]'])}" if name == "core" else f"{name}Id: ID")
    return f"{LINK}interface Thing {{ id: ID! }} {' '.join(objects)} type Query {{ {' '.join(roots)} }}"


def _make_object(type_name: str, subgraph: str, present: list[str], random: Random) -> str:
    fields = {"id": "ID!"} | {field: "Int" for field in ("size", "price") if random.random() < 0.6}
    if random.random() < 0.3:
        fields["code"] = "ID!"
    for (owner, field), target in REFERENCES.items():
        if owner == type_name and target.strip("[]") in (*present, "Thing") and random.random() < 0.6:
            fields[field] = target
    keys = [key for key in ("id", "code", "id code") if set(key.split()) <= fields.keys() and random.random() < 0.85]
    if keys and "price" not in fields and random.random() < 0.4:
        fields |= {"price": "Int @external", f"{subgraph}Tax": 'Int @requires(fields: "price")'}
    applied = " ".join(f'@key(fields: "{key}")' for key in keys)
    body = " ".join(f"{field}: {type_}" for field, type_ in fields.items())
    return f"type {type_name} implements Thing @shareable {applied} {{ {body} }}"


def make_operation(schema: GraphQLSchema, random: Random) -> str:
    """A query that goes at random to some depth."""
    assert schema.query_type is not None
    return f"{{ {' '.join(_make_selections(schema, schema.query_type, random, random.randint(1, 4)))} }}"


def _make_selections(schema: GraphQLSchema, type_: GraphQLNamedType, random: Random, depth: int) -> Iterator[str]:
    if is_abstract_type(type_):
        yield "__typename"
        for concrete in schema.get_possible_types(type_):
            yield f"... on {concrete.name} {{ {' '.join(_make_selections(schema, concrete, random, depth))} }}"
        return
    assert isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)
    yield "__typename"
    for name, field in random.sample(sorted(type_.fields.items()), k=min(3, len(type_.fields))):
        returned = get_named_type(field.type)
        if not is_composite_type(returned):
            yield name
        elif depth:
            yield f"{name} {{ {' '.join(_make_selections(schema, returned, random, depth - 1))} }}"


@pytest.mark.parametrize("seed", range(120))
def test_what_composes_can_be_planned(seed: int) -> None:
    """No operation that is valid on the public schema is beyond the planner."""
    random = Random(seed)
    result = compose(make_subgraphs(random))
    if result.supergraph is None:
        assert result.errors
        return
    for _ in range(8):
        operation = make_operation(result.supergraph.api_schema, random)
        try:
            plan(result.supergraph, operation)
        except RequestError:
            continue  # two branches of an interface may disagree on a field's type
        except PlanningError as error:
            pytest.fail(f"{operation}: {error.message}")


def test_some_of_the_made_up_subgraphs_compose_and_some_do_not() -> None:
    """The test above is about something."""
    outcomes = [compose(make_subgraphs(Random(seed))).supergraph is not None for seed in range(120)]
    assert 20 < sum(outcomes) < 100


def test_what_does_not_compose_fails_for_want_of_a_way() -> None:
    """Most made-up subgraphs fail only because something is out of reach: the witness's field is one of the public schema."""
    codes = {error.code for seed in range(120) for error in compose(make_subgraphs(Random(seed))).errors}
    assert "SATISFIABILITY_ERROR" in codes
