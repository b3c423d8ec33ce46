"""Pages of listings: walked either way they give what SQL gives, and what is published meanwhile does not shift them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from subgraphs.kit.pages import Cursor
from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import column, rows

PAGE = "{ totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } }"
NEWEST = "ORDER BY published_at DESC, id"
PUBLISH = """
mutation ($key: ID!) {
  publishDemand(input: {countyCode: "330102", title: "新需求", summary: "摘要", fieldCode: "0101",
    publisherUscc: "91330113DM6YRNH131", idempotencyKey: $key}) { id }
}
"""


def page_query(field: str) -> str:
    return f"query ($city: ID, $first: Int, $after: String, $last: Int, $before: String) {{ page: {field}(cityCode: $city, first: $first, after: $after, last: $last, before: $before) {PAGE} }}"


async def walk_forward(market: Asker, field: str, size: int, **where: Any) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await market.ask(page_query(field), first=size, after=cursor, **where))["page"]
        assert page["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        found += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        assert len(page["edges"]) == size
        cursor = page["pageInfo"]["endCursor"]


async def walk_backward(market: Asker, field: str, size: int, **where: Any) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        page = (await market.ask(page_query(field), last=size, before=cursor, **where))["page"]
        assert page["pageInfo"]["hasNextPage"] is (cursor is not None)
        found = [edge["node"]["id"] for edge in page["edges"]] + found
        if not page["pageInfo"]["hasPreviousPage"]:
            return found
        cursor = page["pageInfo"]["startCursor"]


@pytest.mark.parametrize(("field", "table"), [("achievements", "achievement"), ("demands", "demand")])
async def test_all_pages_together_are_all_rows_in_order(city: Asker, database: Path, field: str, table: str) -> None:
    """Forward and backward, no listing is missed, doubled or out of its place."""
    expected = column(database, f"SELECT id FROM {table} {NEWEST}")
    assert await walk_forward(city, field, 500) == expected
    assert await walk_backward(city, field, 499) == expected


async def test_a_page_of_one_walks_too(city: Asker, database: Path) -> None:
    """The smallest page moves on by one row, also over rows of the same moment."""
    expected = column(database, f"SELECT id FROM demand WHERE city_code = '330900' {NEWEST}")
    assert await walk_forward(city, "demands", 1, city="330900") == expected
    assert await walk_backward(city, "demands", 1, city="330900") == expected


async def test_rows_of_one_moment_are_settled_by_their_ids(own_city: Asker) -> None:
    """Listings published in the same moment follow each other by their ids, across pages."""
    made = [(await own_city.ask(PUBLISH, key=f"same moment {n}"))["publishDemand"]["id"] for n in range(5)]
    walked = await walk_forward(own_city, "demands", 2, city="330100")
    assert [identity for identity in walked if identity in made] == sorted(made)
    assert await walk_backward(own_city, "demands", 2, city="330100") == walked


async def test_what_is_published_meanwhile_shifts_no_page(own_city: Asker) -> None:
    """A demand published between two pages stands before the first of them: the second page is the same."""
    first = (await own_city.ask(page_query("demands"), first=10))["page"]
    after = first["pageInfo"]["endCursor"]
    before = (await own_city.ask(page_query("demands"), first=10, after=after))["page"]
    made = (await own_city.ask(PUBLISH, key="meanwhile"))["publishDemand"]["id"]
    again = (await own_city.ask(page_query("demands"), first=10, after=after))["page"]
    assert again["edges"] == before["edges"]
    assert again["totalCount"] == before["totalCount"] + 1
    newest = (await own_city.ask(page_query("demands"), first=1))["page"]["edges"][0]["node"]["id"]
    assert newest == made


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ('cityCode: "330300"', "city_code = '330300'"),
        ('countyCode: "330328"', "county_code = '330328'"),
        ("status: OPEN", "status = 'OPEN'"),
        ('fieldCode: "0202"', "field_code = '0202'"),
        ('fieldCode: "02"', "field_code LIKE '02%'"),
        (
            'cityCode: "330300", fieldCode: "02", status: MATCHED',
            "city_code = '330300' AND field_code LIKE '02%' AND status = 'MATCHED'",
        ),
        ('countyCode: "999999"', "false"),
    ],
)
async def test_filters_give_what_sql_gives(city: Asker, database: Path, arguments: str, where: str) -> None:
    """Each filter, and all together, cut the list and its count alike."""
    page = (await city.ask(f"{{ page: demands({arguments}, first: 500) {PAGE} }}"))["page"]
    expected = column(database, f"SELECT id FROM demand WHERE {where} {NEWEST}")
    assert page["totalCount"] == len(expected)
    assert [edge["node"]["id"] for edge in page["edges"]] == expected[:500]


async def test_an_empty_page_has_no_cursors(city: Asker) -> None:
    """Of no rows there is no first and no last."""
    page = (await city.ask(f'{{ page: demands(countyCode: "999999") {PAGE} }}'))["page"]
    nothing = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert page == {"totalCount": 0, "pageInfo": nothing, "edges": []}


async def test_without_numbers_a_page_has_twenty(city: Asker) -> None:
    """Twenty, unless the client says another number; zero is a number."""
    answer = await city.ask(f"{{ some: demands {PAGE} none: demands(first: 0) {PAGE} }}")
    assert len(answer["some"]["edges"]) == 20
    assert answer["none"]["edges"] == []
    assert answer["none"]["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: 501", "INVALID_PAGE_SIZE"),
        ("first: -1", "INVALID_PAGE_SIZE"),
        ("last: 501", "INVALID_PAGE_SIZE"),
        ("first: 1, last: 1", "PAGE_DIRECTION_UNCLEAR"),
        ('after: "nonsense"', "INVALID_CURSOR"),
        ('before: "bm9uc2Vuc2U="', "INVALID_CURSOR"),
        ('after: "é"', "INVALID_CURSOR"),
        ('after: ""', "INVALID_CURSOR"),
        ('after: "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ=="', "INVALID_CURSOR"),
    ],
)
async def test_a_page_that_cannot_be_is_refused_by_name(city: Asker, arguments: str, code: str) -> None:
    """A size out of bounds, two sizes, or a cursor that no page named, each has its own code."""
    assert await city.codes(f"{{ demands({arguments}) {PAGE} }}") == [code]


async def test_pages_of_many_regions_are_those_of_each(city: Asker, database: Path) -> None:
    """Counties, cities and the province asked for together give what each gives alone, with the whole count."""
    codes = [*column(database, "SELECT code FROM region WHERE level = 'COUNTY' LIMIT 30"), "330300", "330000"]
    found = await city.entities(
        f"... on Region {{ code demands(status: OPEN, first: 3) {PAGE} }}",
        *({"__typename": "Region", "code": code} for code in codes),
    )
    for region in found:
        prefix = region["code"].rstrip("0").ljust(2, "0")
        where = f"status = 'OPEN' AND (county_code = '{region['code']}' OR city_code = '{region['code']}' OR '{prefix}' = '33')"
        expected = column(database, f"SELECT id FROM demand WHERE {where} {NEWEST}")
        assert [edge["node"]["id"] for edge in region["demands"]["edges"]] == expected[:3]
        assert region["demands"]["totalCount"] == len(expected)


async def test_a_regions_list_is_walked_by_its_cursors(city: Asker, database: Path) -> None:
    """What a region's page names as its end is where the next begins."""
    query = f"... on Region {{ achievements(first: 7, after: $after) {PAGE} }}"
    found: list[str] = []
    after = ""
    while True:
        given = f'after: "{after}"' if after else "after: null"
        fields = query.replace("after: $after", given)
        (region,) = await city.entities(fields, {"__typename": "Region", "code": "331127"})
        found += [edge["node"]["id"] for edge in region["achievements"]["edges"]]
        if not region["achievements"]["pageInfo"]["hasNextPage"]:
            break
        after = region["achievements"]["pageInfo"]["endCursor"]
    assert found == column(database, f"SELECT id FROM achievement WHERE county_code = '331127' {NEWEST}")


async def test_a_cursor_holds_in_every_region_at_once(city: Asker, database: Path) -> None:
    """All counties continue after one place in the order; SQLite's way with IN beside a range must not let others in."""
    listing, at = rows(
        database, "SELECT id, published_at FROM achievement ORDER BY published_at DESC, id LIMIT 1 OFFSET 7000"
    )[0]
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    cursor = Cursor(moment, listing).print()
    codes = column(database, "SELECT code FROM region WHERE level = 'COUNTY'")
    fields = f'... on Region {{ code achievements(first: 4, after: "{cursor}") {{ edges {{ node {{ id }} }} }} }}'
    found = await city.entities(fields, *({"__typename": "Region", "code": code} for code in [*codes, "110101"]))
    after = "county_code = ? AND (published_at < ? OR (published_at = ? AND id > ?))"
    for region in found[:-1]:
        expected = column(
            database, f"SELECT id FROM achievement WHERE {after} {NEWEST} LIMIT 4", region["code"], at, at, listing
        )
        assert [edge["node"]["id"] for edge in region["achievements"]["edges"]] == expected
    assert found[-1] is None
