"""Every strategy makes of many members' answers what one database would have answered."""

from typing import Any

import pytest
from hypothesis import given, settings

from tests.resolvers.subgraph_client.partitions.market import MemberServer, Resolvers, Row, market
from tests.resolvers.subgraph_client.partitions.test_pages import parted_rows


@given(rows=parted_rows())
@settings(max_examples=60, deadline=None)
async def test_sums_groups_and_lists_are_those_of_one_database(rows: dict[str, list[Row]]) -> None:
    """CONCAT cut and sorted, GROUP, FIELDS, SUM, MIN, MAX."""
    one = Resolvers(MemberServer(row for own in rows.values() for row in own))
    data = await market(rows).data(
        "{ top(first: 4) { id budget } fields { field demands dearest } figures { demands cheapest } newest oldest }"
    )
    top = [{"id": each["id"], "budget": each["budget"]} for each in one.top(None, first=4)]
    assert data.pop("top") == top
    assert data == {
        "fields": one.fields(None),
        "figures": one.figures(None),
        "newest": one.newest(None),
        "oldest": one.oldest(None),
    }


async def test_booleans_and_the_first_value() -> None:
    """ALL, ANY, and FIRST, which takes what is not null of the first partition that has it."""
    of = market({"10": [], "11": [Row("11-1", "", 1, "f"), Row("11-2", "", 1, "f")]})
    assert await of.data("{ isOpen isBusy motto }") == {"isOpen": False, "isBusy": True, "motto": "11-1"}


async def test_what_members_send_under_other_names_is_joined() -> None:
    """Aliases and fragments change nothing."""
    of = market({"10": [Row("10-1", "1", 3, "f")], "11": [Row("11-1", "2", 4, "f")]})
    data = await of.data(
        "{ a: figures { n: demands ... on Figures { least: cheapest } } b: demands { all: totalCount l: edges { c: cursor } l: edges { node { x: id } } } }"
    )
    assert data["a"] == {"n": 2, "least": 3}
    assert data["b"]["all"] == 2
    assert [(edge["node"], bool(edge["c"])) for edge in data["b"]["l"]] == [
        ({"x": "11-1"}, True),
        ({"x": "10-1"}, True),
    ]


@pytest.mark.parametrize(
    ("text", "variables", "count"),
    [
        ("{ top { id } }", {}, 2),
        ("query ($n: Int) { top(first: $n) { id } }", {}, 2),
        ("query ($n: Int) { top(first: $n) { id } }", {"n": None}, 6),
        ("query ($n: Int) { top(first: $n) { id } }", {"n": 5}, 5),
        ("{ top(first: null) { id } }", {}, 6),
        ("{ top(first: 0) { id } }", {}, 0),
    ],
)
async def test_a_list_is_cut_by_its_argument_or_by_the_default(
    text: str, variables: dict[str, Any], count: int
) -> None:
    """Null that is said is no default (GraphQL, section 6.4.1): then nothing is cut."""
    of = market({name: [Row(f"{name}-{n}", "1", n, "f") for n in range(3)] for name in ("10", "11")})
    assert len((await of.data(text, **variables))["top"]) == count
