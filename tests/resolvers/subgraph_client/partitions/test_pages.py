"""Pages of a list that many members hold are the pages of one merged database."""

import random
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from zlib import DEFLATED, compressobj

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.resolvers.subgraph_client.partitions.cursors import CursorError, Spot, parse_cursor, print_cursor
from tests.resolvers.subgraph_client.partitions.market import ORDERS, Market, Row, market

FORWARD = """query ($n: Int, $after: String, $sort: Sort) {
  demands(first: $n, after: $after, sort: $sort) {
    totalCount edges { cursor node { id } } nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
BACKWARD = """query ($n: Int, $before: String, $sort: Sort) {
  demands(last: $n, before: $before, sort: $sort) {
    edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""

CURSORS = (
    st.none() | st.text(max_size=12) | st.text(max_size=8).map(lambda text: urlsafe_b64encode(text.encode()).decode())
)
NUMBERS = st.integers(1, 7)


@st.composite
def parted_rows(draw: st.DrawFn, numbers: st.SearchStrategy[int] = NUMBERS) -> dict[str, list[Row]]:
    """Rows by partition: few days and budgets, so that many are equal in all but their id."""
    names = [f"{10 + n}" if n < 90 else f"A{n - 90:x}" for n in range(draw(numbers))]
    rows: dict[str, list[Row]] = {name: [] for name in names}
    places = draw(
        st.lists(st.tuples(st.sampled_from(names), st.integers(1, 4), st.none() | st.integers(0, 3)), max_size=24)
    )
    for number, (name, day, budget) in enumerate(places):
        rows[name].append(Row(f"{name}-{number:03}", f"2026-0{day}", budget, f"f{day}"))
    return rows


def merged(rows: dict[str, list[Row]], sort: str) -> list[str]:
    """The ids in the order that one database would have them in."""
    return [row.id for row in sorted((row for own in rows.values() for row in own), key=ORDERS[sort])]


async def walk_forward(of: Market, size: int, sort: str) -> tuple[list[str], list[dict[str, Any]]]:
    ids: list[str] = []
    pages: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await of.data(FORWARD, n=size, after=after, sort=sort))["demands"]
        pages.append(page)
        ids += [edge["node"]["id"] for edge in page["edges"]]
        assert [node["id"] for node in page["nodes"]] == [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return ids, pages
        assert page["edges"], "a page that goes on has items"
        after = page["pageInfo"]["endCursor"]


async def walk_backward(of: Market, size: int, sort: str, before: str | None = None) -> list[str]:
    ids: list[str] = []
    while True:
        page = (await of.data(BACKWARD, n=size, before=before, sort=sort))["demands"]
        ids = [edge["node"]["id"] for edge in page["edges"]] + ids
        if not page["pageInfo"]["hasPreviousPage"]:
            return ids
        assert page["edges"], "a page that goes on has items"
        before = page["pageInfo"]["startCursor"]


@pytest.mark.parametrize("shared", [True, False])
@given(rows=parted_rows(), size=st.integers(1, 7), sort=st.sampled_from(["NEWEST", "CHEAPEST"]))
@settings(max_examples=60, deadline=None)
async def test_walking_forward_is_the_merged_list(
    shared: bool, rows: dict[str, list[Row]], size: int, sort: str
) -> None:
    """Whatever the page size: nothing is lost, nothing comes twice, and every page but the last is full."""
    ids, pages = await walk_forward(market(rows, shared=shared), size, sort)
    assert ids == merged(rows, sort)
    assert all(len(page["edges"]) == size for page in pages[:-1])
    assert all(page["totalCount"] == len(ids) for page in pages)


@pytest.mark.parametrize("shared", [True, False])
@given(rows=parted_rows(), size=st.integers(1, 7), sort=st.sampled_from(["NEWEST", "CHEAPEST"]))
@settings(max_examples=60, deadline=None)
async def test_walking_backward_is_the_merged_list(
    shared: bool, rows: dict[str, list[Row]], size: int, sort: str
) -> None:
    """The same from the end."""
    assert await walk_backward(market(rows, shared=shared), size, sort) == merged(rows, sort)


@pytest.mark.parametrize("shared", [True, False])
@given(rows=parted_rows(), size=st.integers(1, 5), data=st.data())
@settings(max_examples=60, deadline=None)
async def test_a_cursor_is_a_place_from_either_side(
    shared: bool, rows: dict[str, list[Row]], size: int, data: st.DataObject
) -> None:
    """From any item's cursor, what is before it and what comes after it are all the others."""
    of = market(rows, shared=shared)
    ids, pages = await walk_forward(of, size, "NEWEST")
    edges = [edge for page in pages for edge in page["edges"]]
    if not edges:
        return
    place = data.draw(st.integers(0, len(edges) - 1))
    cursor = edges[place]["cursor"]
    assert await walk_backward(of, size, "NEWEST", before=cursor) == ids[:place]
    following = (await of.data(FORWARD, n=100, after=cursor, sort="NEWEST"))["demands"]
    assert [edge["node"]["id"] for edge in following["edges"]] == ids[place + 1 :]


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("size", [7, 101])
@given(rows=parted_rows(st.just(101)))
@settings(max_examples=2, deadline=None)
async def test_a_hundred_and_one_members_are_one_list(shared: bool, size: int, rows: dict[str, list[Row]]) -> None:
    """There and back."""
    of = market(rows, shared=shared)
    ids, _ = await walk_forward(of, size, "NEWEST")
    assert ids == merged(rows, "NEWEST") == await walk_backward(of, size, "NEWEST")


@pytest.mark.parametrize(("shared", "most"), [(True, 100), (False, 1024)])
async def test_a_cursor_of_a_hundred_and_one_members_is_short(shared: bool, most: int) -> None:
    """As long as one of theirs where they share cursors, and below 1 KB where each has cursors of its own."""
    chance = random.Random(1)
    rows = {
        str(name): [
            Row(f"{name}-D-{chance.randrange(10**6):06}", f"2026-{chance.randrange(10**8):08}", 1, "f")
            for _ in range(9)
        ]
        for name in range(3301, 3402)
    }
    of = market(rows, shared=shared)
    page = (await of.data(FORWARD, n=400, sort="NEWEST"))["demands"]
    following = (await of.data(FORWARD, n=100, after=page["pageInfo"]["endCursor"], sort="NEWEST"))["demands"]
    cursors = [edge["cursor"] for edge in (*page["edges"], *following["edges"])]
    assert max(map(len, cursors)) < most


@given(
    st.dictionaries(
        st.text("0123456789ab-", min_size=1, max_size=5), st.tuples(CURSORS, CURSORS, st.booleans()), min_size=1
    )
)
def test_a_cursor_is_read_as_it_was_written(places: dict[str, tuple[str | None, str | None, bool]]) -> None:
    """Whatever the members' own cursors are made of."""
    spots = {
        name: Spot(last, next_ if is_known else None, is_known=is_known)
        for name, (last, next_, is_known) in places.items()
    }
    assert parse_cursor(print_cursor(spots)) == spots


@given(st.text() | st.binary().map(lambda packed: f"~1{urlsafe_b64encode(packed).decode()}"))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    """By one error, whatever it is; it is never unpacked to more than a cursor can be."""
    with pytest.raises(CursorError):
        parse_cursor(text)
    bomb = compressobj(9, DEFLATED, -15)
    packed = bomb.compress(b"0" * 10_000_000) + bomb.flush()
    with pytest.raises(CursorError):
        parse_cursor(f"~1{urlsafe_b64encode(packed).decode()}")


async def test_a_member_may_give_less_than_was_asked_for() -> None:
    """Then the page ends where it is sure that nothing is left out, and goes on."""
    rows = {name: [Row(f"{name}-{n}", "2026", None, "f") for n in range(9)] for name in ("10", "11")}
    of = market(rows)
    of.servers["city/10/0"].most = 2
    ids, pages = await walk_forward(of, 5, "NEWEST")
    assert ids == merged(rows, "NEWEST")
    assert len(pages) > 4


async def test_what_was_added_to_sort_by_is_taken_out_again() -> None:
    """The client sees what it asked for."""
    of = market({"10": [Row("10-1", "2026-01", 1, "f")], "11": [Row("11-1", "2026-02", 2, "f")]})
    assert await of.data("{ demands { edges { node { title } } } top { title } }") == {
        "demands": {"edges": [{"node": {"title": "t11-1"}}, {"node": {"title": "t10-1"}}]},
        "top": [{"title": "t11-1"}, {"title": "t10-1"}],
    }


async def test_a_cursor_that_is_none_is_refused_in_its_place() -> None:
    """Where members have cursors of their own."""
    rows: dict[str, Sequence[Row]] = {"10": [], "11": []}
    whole = await market(rows, shared=False).data('{ demands(after: "x") { totalCount } }')
    assert whole == {"demands": {"totalCount": 0}}
    response = await market(rows, shared=False).ask('{ demands(after: "x") { nodes { id } } isOpen }')
    assert response.data == {"demands": None, "isOpen": False}
    assert [error["extensions"]["code"] for error in response.errors] == ["PARTITION_CURSOR_INVALID"]
    assert response.errors[0]["path"] == ["demands"]
