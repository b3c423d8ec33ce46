"""Statistics of technical fields: what SQL counts, for a city or for all, in any period."""

from pathlib import Path

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.rows import rows

FIELDS = "{ fieldCode technicalField { code } achievementCount demandCount openDemandCount }"
YEAR = "published_at >= '2020-12-31 16' AND published_at < '2021-12-31 16'"


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        ("", "true"),
        ('(cityCode: "330300")', "city_code = '330300'"),
        ('(period: "2021")', YEAR),
        ('(cityCode: "330900", period: "2021")', f"city_code = '330900' AND {YEAR}"),
        ('(cityCode: "999900")', "false"),
    ],
)
async def test_each_field_is_counted_with_those_within_it(
    city: Asker, database: Path, arguments: str, where: str
) -> None:
    """By their codes; a field without anything is left out."""
    found = (await city.ask(f"{{ fieldStatistics{arguments} {FIELDS} }}"))["fieldStatistics"]
    sql = f"""SELECT code, sum(kind = 'A'), sum(kind = 'D'), sum(kind = 'D' AND status = 'OPEN') FROM (
        SELECT substr(field_code, 1, 2) AS code, 'A' AS kind, status FROM achievement WHERE {where} UNION ALL
        SELECT substr(field_code, 1, 2), 'D', status FROM demand WHERE {where}) GROUP BY code ORDER BY code"""
    expected = rows(database, sql)
    assert [
        (one["fieldCode"], one["achievementCount"], one["demandCount"], one["openDemandCount"]) for one in found
    ] == expected
    assert [one["technicalField"]["code"] for one in found] == [row[0] for row in expected]


async def test_a_period_that_is_none_is_refused(city: Asker) -> None:
    """By its code."""
    assert await city.codes(f'{{ fieldStatistics(period: "2022-13") {FIELDS} }}') == ["INVALID_PERIOD"]


async def test_they_take_two_statements(city: Asker) -> None:
    """One for achievements, one for demands, however many fields there are."""
    await city.ask(f"{{ fieldStatistics {FIELDS} }}")
    city.statements.clear()
    await city.ask(f"{{ fieldStatistics {FIELDS} }}")
    assert len(city.statements) == 2
