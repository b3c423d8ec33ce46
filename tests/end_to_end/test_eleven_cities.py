"""Eleven cities, one subgraph: lists and sums of the whole province, one city's own affairs, and a city that is gone, back, or late."""

import os
import shlex
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.demo_places import CITIES
from tests.cli.test_demo import demo
from tests.end_to_end.databases import opened
from tests.end_to_end.province import (
    NINGBO,
    WENZHOU,
    ZHOUSHAN,
    Province,
    current,
    folder,
    listening_demo,
    sources,
    started_again,
    wait_until,
)
from tests.subgraphs.conftest import market_databases

__all__ = ["folder", "market_databases"]

DEADLINE_SECONDS = 10.0
"""What the demo's settings give a request to a subgraph."""

PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  demands(status: OPEN, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }
  }
}"""


@pytest.fixture(scope="module")
def province(folder: Path) -> Iterator[Province]:
    with listening_demo(folder) as listening:
        yield listening


def walk(province: Province, size: int, *, backward: bool = False) -> list[str]:
    """All open demands, page by page, from one end to the other; every page says rightly whether it is the first or the last."""
    found: list[list[str]] = []
    variables: dict[str, Any] = {"last": size} if backward else {"first": size}
    while True:
        page = province.data(PAGE, **variables)["demands"]
        found.append([edge["node"]["id"] for edge in page["edges"]])
        info = page["pageInfo"]
        edges = page["edges"]
        assert (info["startCursor"], info["endCursor"]) == (edges[0]["cursor"], edges[-1]["cursor"])
        assert info["hasPreviousPage" if not backward else "hasNextPage"] == (len(found) > 1)
        if not info["hasNextPage" if not backward else "hasPreviousPage"]:
            break
        assert len(edges) == size
        variables |= {"before": info["startCursor"]} if backward else {"after": info["endCursor"]}
    pages = found[::-1] if backward else found
    return [identity for page in pages for identity in page]


@pytest.fixture(scope="module")
def open_demands(folder: Path) -> list[str]:
    """As they are before anything is published here."""
    return current(folder)


def test_all_open_demands_of_the_province_by_pages(province: Province, open_demands: list[str]) -> None:
    """Newest first, twenty a page, walked to the end and back: nothing is lost, nothing comes twice, the count is the whole list's."""
    assert len(open_demands) > 1_500
    assert len({identity[:4] for identity in open_demands}) == 11
    assert walk(province, 20) == open_demands
    assert walk(province, 20, backward=True) == open_demands
    assert province.data(PAGE, first=1)["demands"]["totalCount"] == len(open_demands)


def test_from_the_middle_in_both_directions(province: Province, open_demands: list[str]) -> None:
    """Any item's cursor serves both ways."""
    edges = province.data(PAGE, first=50)["demands"]["edges"]
    for place in (0, 7, 30, 49):
        cursor = edges[place]["cursor"]
        after = province.data(PAGE, first=5, after=cursor)["demands"]["edges"]
        before = province.data(PAGE, last=5, before=cursor)["demands"]["edges"]
        assert [edge["node"]["id"] for edge in after] == open_demands[place + 1 : place + 6]
        assert [edge["node"]["id"] for edge in before] == open_demands[max(0, place - 5) : place]


def test_one_achievement_is_one_citys_affair(province: Province) -> None:
    """Its id names the city: the other ten see nothing of it."""
    province.asked()
    found = province.data('{ achievement(id: "330300-A-000777") { id title county { name } } }')
    assert found["achievement"]["id"] == "330300-A-000777"
    assert {partition: len(asked) for partition, asked in province.asked().items()} == {WENZHOU: 1}


def test_a_county_is_served_by_its_city(province: Province) -> None:
    """Its code begins with the city's digits."""
    province.asked()
    query = '{ region(code: "330921") { demands(first: 3) { edges { node { id } } } } demands(countyCode: "330922", first: 2) { totalCount } }'
    found = province.data(query)
    assert all(edge["node"]["id"].startswith("330900-D-") for edge in found["region"]["demands"]["edges"])
    assert set(province.asked()) == {ZHOUSHAN}


def test_statistics_of_all_fields_are_the_sums_of_the_cities(province: Province) -> None:
    """In one request of the client, and one to each city."""
    counts: dict[str, list[int]] = {}
    for partition in CITIES:
        for kind, table in enumerate(("achievement", "demand")):
            sql = f"SELECT substr(field_code, 1, 2), count(*), sum(status = 'OPEN') FROM {table} GROUP BY 1"
            for code, count, still_open in province.rows(partition, sql):
                counts.setdefault(code, [0, 0, 0])[kind] += count
                if table == "demand":
                    counts[code][2] += still_open
    province.asked()
    query = "{ fieldStatistics { fieldCode achievementCount demandCount openDemandCount } }"
    found = province.data(query)["fieldStatistics"]
    assert {
        row["fieldCode"]: [row["achievementCount"], row["demandCount"], row["openDemandCount"]] for row in found
    } == counts
    assert [row["fieldCode"] for row in found] == sorted(counts)
    assert {partition: len(asked) for partition, asked in province.asked().items()} == dict.fromkeys(CITIES, 1)


def test_the_province_is_the_sum_of_its_cities(province: Province) -> None:
    """Its statistics, and the letter's figures."""
    query = """{ region(code: "330000") { statistics(period: "2021") { achievementCount demandCount }
      children { statistics(period: "2021") { achievementCount demandCount } } } figures { achievements demands } }"""
    found = province.data(query)
    for name in ("achievementCount", "demandCount"):
        cities = [city["statistics"][name] for city in found["region"]["children"]]
        assert len(cities) == 11
        assert found["region"]["statistics"][name] == sum(cities)
    assert found["figures"] == {"achievements": 14177, "demands": 2499}


def test_an_organisation_publishes_in_any_city(province: Province) -> None:
    """Its newest achievements come from all of them, in one order, and no more than were asked for."""
    with opened(province.folder) as databases:
        sql = "SELECT owner_uscc FROM achievement GROUP BY 1 ORDER BY count(DISTINCT city_code) DESC, count(*) DESC, 1 LIMIT 1"
        uscc = databases.value("city", sql)
        sql = "SELECT id FROM achievement WHERE owner_uscc = ? ORDER BY published_at DESC, id LIMIT 25"
        expected = [row["id"] for row in databases.rows("city", sql, uscc)]
    found = province.data(
        "query ($uscc: ID!) { organization(uscc: $uscc) { achievements(first: 25) { id } } }", uscc=uscc
    )
    assert [each["id"] for each in found["organization"]["achievements"]] == expected


PUBLISH = """mutation ($input: PublishDemandInput!) { publishDemand(input: $input) { id county { name } } }"""


def wish(county: str, key: str) -> dict[str, Any]:
    return {
        "countyCode": county, "title": "低温压榨茶籽油", "summary": "寻找低温压榨工艺。", "fieldCode": "0201",
        "publisherUscc": "91330326MA2DM00019", "idempotencyKey": key,
    }  # fmt: skip


def test_what_is_published_in_wenzhou_is_wenzhous(folder: Path, province: Province) -> None:
    """It goes there alone, is written into its database, and leads the province's list."""
    province.asked()
    made = province.data(PUBLISH, input=wish("330326", "wenzhou"))["publishDemand"]
    asked = province.asked()
    assert set(asked) == {WENZHOU}
    assert made["id"].startswith("330300-D-")
    assert province.rows(WENZHOU, "SELECT county_code FROM demand WHERE id = ?", made["id"]) == [("330326",)]
    wait_until(
        lambda: (
            province.data("{ demands(first: 1) { edges { node { id } } } }")["demands"]["edges"][0]["node"]["id"]
            == made["id"]
        )
    )


def test_what_no_city_serves_is_refused_before_anything_is_sent(province: Province) -> None:
    """By its code, with the partition's name."""
    province.asked()
    answer = province.ask(PUBLISH, input=wish("110101", "beijing"))
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["PARTITION_UNKNOWN"]
    assert province.asked() == {}


def test_without_ningbo_all_else_goes_on_and_with_it_all_is_whole(folder: Path) -> None:
    """Killed, it is missing in what asks all cities, which says so in time; what others keep is whole. Started again, it is back by itself."""
    with demo(folder.parent) as running:
        province = Province(running, folder, {})
        os.kill(running.pids[f"city {NINGBO}"], signal.SIGKILL)
        running.wait_for_message(f"city {NINGBO} has ended.")
        began = time.monotonic()
        answer = province.ask(PAGE, first=100)
        assert time.monotonic() - began < DEADLINE_SECONDS
        (error,) = answer["errors"]
        assert error["path"] == ["demands"]
        assert error["extensions"]["partition"] == NINGBO
        assert NINGBO in error["message"]
        assert sources(answer) == dict.fromkeys(CITIES, "OK") | {NINGBO: "ERROR"}
        left = [identity for identity in current(folder) if not identity.startswith(NINGBO)]
        assert [edge["node"]["id"] for edge in answer["data"]["demands"]["edges"]] == left[:100]
        whole = province.ask(
            '{ achievement(id: "330300-A-000778") { title owner { name } } demands(cityCode: "330100", first: 5) { totalCount } }'
        )
        assert "errors" not in whole
        assert "extensions" not in whole
        one = province.ask('{ achievement(id: "330200-A-000001") { title } }')
        assert one["data"] == {"achievement": None}
        assert [each["extensions"].get("partition") for each in one["errors"]] == [NINGBO]

        command = shlex.split(running.wait_for_message("  "))
        with started_again(command):
            wait_until(lambda: "errors" not in province.ask(PAGE, first=100))
            found = province.data('{ demands(cityCode: "330200", first: 1) { totalCount } }')
            assert found == {"demands": {"totalCount": 375}}
            assert walk(province, 100) == current(folder)
