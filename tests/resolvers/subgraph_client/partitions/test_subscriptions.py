"""The events of all members are one stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from gateway.errors import SubgraphError
from gateway.resolvers.subgraph_client import SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.partitions import Member, PartitionOptions
from gateway.types import OperationKind
from tests.resolvers.subgraph_client.partitions.market import LINKS, TYPES, Market, market

QUERY = "subscription ($region: ID) { published(region: $region) { id } }"


def of_members(**streams: Any) -> Market:
    of = market({"10": [], "11": []}, options=PartitionOptions(lambda _: 30.0, retry_seconds=0.001))
    of.streams = {f"city/{name.removeprefix('c')}/0": stream for name, stream in streams.items()}
    return of


def event(id_: str) -> bytes:
    return b'{"data": {"published": {"id": "%b"}}}' % id_.encode()


async def read(of: Market, count: int, **variables: Any) -> list[SubgraphResponse]:
    request = SubgraphRequest("city", OperationKind.SUBSCRIPTION, QUERY, variables)
    found = []
    async with aclosing(of.client.subscribe(request)) as events:
        async for each in events:
            found.append(each)
            if len(found) == count:
                break
    return found


def ids(events: list[SubgraphResponse]) -> list[str]:
    return sorted(each.data["published"]["id"] for each in events if each.data)


async def test_events_come_from_all_members_until_all_have_ended() -> None:
    """In the order of each."""

    async def first(_: SubgraphRequest) -> AsyncIterator[bytes]:
        yield event("10-1")
        yield event("10-2")

    async def second(_: SubgraphRequest) -> AsyncIterator[bytes]:
        yield event("11-1")

    assert ids(await read(of_members(c10=first, c11=second), 99)) == ["10-1", "10-2", "11-1"]


async def test_an_argument_names_whose_events_are_wanted() -> None:
    """The others are not subscribed to."""
    asked: list[str] = []

    async def stream(request: SubgraphRequest) -> AsyncIterator[bytes]:
        asked.append(request.subgraph)
        yield event("11-1")

    assert ids(await read(of_members(c10=stream, c11=stream), 99, region="1100")) == ["11-1"]
    assert asked == ["city/11/0"]


async def test_a_member_that_breaks_off_is_told_of_once_and_tried_again() -> None:
    """The others' events go on meanwhile."""
    tries = 0
    forever = asyncio.Event()

    async def unsteady(_: SubgraphRequest) -> AsyncIterator[bytes]:
        nonlocal tries
        tries += 1
        if tries <= 3:
            raise SubgraphError("Subgraph 'city/10/0' cannot be reached.", subgraph="city/10/0")
        yield event("10-1")

    async def steady(_: SubgraphRequest) -> AsyncIterator[bytes]:
        yield event("11-1")
        await forever.wait()

    events = await read(of_members(c10=unsteady, c11=steady), 3)
    assert ids(events) == ["10-1", "11-1"]
    (failure,) = (each for each in events if each.errors)
    assert failure.errors[0]["extensions"]["partition"] == "10"
    assert tries == 4


async def test_closing_ends_all_of_them() -> None:
    """Upstream, too."""
    ended: list[str] = []

    async def lasting(request: SubgraphRequest) -> AsyncIterator[bytes]:
        try:
            yield event("x")
            await asyncio.Event().wait()
        finally:
            ended.append(request.subgraph)

    await read(of_members(c10=lasting, c11=lasting), 2)
    assert sorted(ended) == ["city/10/0", "city/11/0"]


async def lasting(request: SubgraphRequest) -> AsyncIterator[bytes]:
    """One event, and then silence."""
    yield event(request.subgraph.split("/")[1])
    await asyncio.Event().wait()


def member(partition: str, *urls: str, sdl: str = "") -> Member:
    return Member(partition, urls or (f"http://{partition}-0/",), sdl)


async def test_who_joins_is_followed_and_who_leaves_is_not() -> None:
    """While the subscription is open; whoever stays is not disturbed, also when it gets another server."""
    begun: list[str] = []
    ended: list[str] = []

    async def telling(request: SubgraphRequest) -> AsyncIterator[bytes]:
        begun.append(request.subgraph)
        try:
            async for each in lasting(request):
                yield each
        finally:
            ended.append(request.subgraph)

    of = of_members(c10=telling, c11=telling, c12=telling)
    request = SubgraphRequest("city", OperationKind.SUBSCRIPTION, QUERY, {})
    async with aclosing(of.client.subscribe(request)) as events:
        found = [await anext(events), await anext(events)]
        of.book.replace({"city": (member("11", "http://11-0/", "http://11-1/"), member("12"))})
        found.append(await anext(events))
        assert ended == ["city/10/0"]
    assert ids(found) == ["10", "11", "12"]
    assert begun == ["city/10/0", "city/11/0", "city/12/0"]
    assert sorted(ended) == begun


async def test_who_moves_is_followed_to_its_new_place() -> None:
    """And the stream goes on until the last has left or ended."""
    of = of_members(c10=lasting, c11=lasting)
    request = SubgraphRequest("city", OperationKind.SUBSCRIPTION, QUERY, {})
    async with aclosing(of.client.subscribe(request)) as events:
        found = [await anext(events), await anext(events)]
        of.book.replace({"city": (member("10"), member("11", "http://elsewhere/"))})
        found.append(await anext(events))
        of.book.replace({"city": ()})
        found += [each async for each in events]
    assert ids(found) == ["10", "11", "11"]


async def test_a_member_with_an_older_schema_is_asked_for_what_it_has() -> None:
    """What it lacks is null in its events; one that cannot answer at all is told of, and not asked."""
    asked: list[str] = []

    async def older(request: SubgraphRequest) -> AsyncIterator[bytes]:
        asked.append(request.query)
        yield b'{"data": {"published": {"id": "10-1"}}}'

    of = of_members(c10=older, c11=older)
    sdl = LINKS + TYPES % {"shared": ""}
    without_budget = sdl.replace("id: ID! day: String! budget: Int", "id: ID! day: String!")
    without_events = "\n".join(line for line in sdl.splitlines() if "type Subscription" not in line)
    assert "budget: Int" not in without_budget
    assert "published" not in without_events
    of.book.replace({"city": (member("10", sdl=without_budget), member("11", sdl=without_events))})
    query = "subscription { published { id budget } }"
    request = SubgraphRequest("city", OperationKind.SUBSCRIPTION, query, {})
    found = [each async for each in of.client.subscribe(request)]
    (data,) = (each.data for each in found if each.data)
    assert data == {"published": {"id": "10-1", "budget": None}}
    (failure,) = (each.errors[0] for each in found if each.errors)
    assert failure["extensions"] == {"code": "PARTITION_UNSUPPORTED", "partition": "11"}
    assert len(asked) == 1
    assert "budget" not in asked[0]
