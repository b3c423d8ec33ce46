"""Operations are counted as they come, and written without their values."""

import gc
import weakref

import pytest
from graphql import build_schema

from gateway.registry.store.database import Database
from gateway.registry.store.usage import read_field_uses, read_operations
from gateway.registry.usage import recorder as recording
from gateway.registry.usage.recorder import Recorder
from gateway.resolvers.messages import GraphQLRequest
from tests.registry.clock import TestClock

SCHEMA = build_schema("type Query { market(id: ID): Market } type Market { name: String area: Int }")


def request(query: str, client: str = "", version: str = "") -> GraphQLRequest:
    headers = {"apollographql-client-name": client, "apollographql-client-version": version}
    return GraphQLRequest(query, headers=headers)


async def test_operations_are_counted_by_client(database: Database) -> None:
    """Two values of one operation are one operation; its clients are told apart."""
    recorder = Recorder(database, "production")
    for number, client in enumerate(["portal", "portal", "app"]):
        recorder.note(request(f'{{ market(id: "{number}") {{ name }} }}', client, "1"))
    recorder.note(request("{ nowhere }"))
    recorder.note(request("{"))
    await recorder.flush(SCHEMA)
    (operation,) = await read_operations(database, "production", days=1)
    assert operation.signature.text == '{market(id:""){name}}'
    assert [(use.client, use.count) for use in operation.clients] == [("portal", 2), ("app", 1)]
    assert operation.count == 3
    assert await read_operations(database, "staging", days=1) == ()


async def test_counts_grow(database: Database) -> None:
    """By each writing, on each day of their own."""
    recorder = Recorder(database, "production")
    for _ in range(3):
        recorder.note(request("{ market { name } }"))
        await recorder.flush(SCHEMA)
    await recorder.flush(SCHEMA)
    assert (await read_field_uses(database, "production", days=1, prefix="Market."))["Market.name"] == {"2026-11-23": 3}


async def test_counts_are_kept_for_so_many_days(database: Database, clock: TestClock) -> None:
    """Then they are deleted, with the operations that nobody has sent since."""
    recorder = Recorder(database, "production", days=30)
    recorder.note(request("{ market { name } }"))
    await recorder.flush(SCHEMA)
    clock.turn(days=20)
    recorder.note(request("{ market { area } }"))
    await recorder.flush(SCHEMA)
    clock.turn(days=11)
    assert [one.signature.text for one in await read_operations(database, "production", days=30)] == ["{market{area}}"]
    await recorder.forget()
    assert [one.signature.text for one in await read_operations(database, "production", days=365)] == ["{market{area}}"]
    assert "Market.name" not in await read_field_uses(database, "production", days=365)


async def test_under_load_samples_stand_for_all(database: Database) -> None:
    """Of what comes beyond the full rate one in ten is counted, as ten."""
    recorder = Recorder(database, "production", full_rate=100)
    for _ in range(1_100):
        recorder.note(request("{ market { name } }"))
    await recorder.flush(SCHEMA)
    (operation,) = await read_operations(database, "production", days=1)
    assert operation.count == 1_100


async def test_different_operations_are_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends ever new ones fills no memory: what is beyond the bound is only counted as dropped."""
    monkeypatch.setattr(recording, "MAX_KINDS", 5)
    recorder = Recorder(database, "production")
    for number in range(8):
        recorder.note(request(f'{{ market(id: "{number}") {{ name }} }}'))
    recorder.note(request('{ market(id: "0") { name } }'))
    await recorder.flush(SCHEMA)
    (operation,) = await read_operations(database, "production", days=1)
    assert (operation.count, recorder.dropped) == (6, 3)


async def test_an_old_schema_is_not_kept(database: Database) -> None:
    """What is remembered of operations belongs to one schema, and goes with it."""
    recorder = Recorder(database, "production")
    old = build_schema("type Query { market: Int }")
    gone = weakref.ref(old)
    for schema in (old, SCHEMA):
        recorder.note(request("{ market { name } }"))
        await recorder.flush(schema)
    del old, schema
    gc.collect()
    assert gone() is None


async def test_a_long_client_name_is_cut(database: Database) -> None:
    """It is the client's to choose, so it is bounded."""
    recorder = Recorder(database, "production")
    recorder.note(request("{ market { name } }", "x" * 10_000))
    await recorder.flush(SCHEMA)
    (operation,) = await read_operations(database, "production", days=1)
    assert operation.clients[0].client == "x" * 100
