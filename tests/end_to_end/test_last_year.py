"""A city that runs last year's schema still takes part."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gateway.cli.demo_places import CITIES, DATA_MOMENT
from subgraphs.demo.seed import database_file
from subgraphs.kit.database import sqlite_url
from tests.cli.test_demo import demo
from tests.end_to_end.databases import opened
from tests.end_to_end.province import ZHOUSHAN, Province, folder, sources, started_again, wait_until
from tests.subgraphs.conftest import market_databases

__all__ = ["folder", "market_databases"]


def test_a_city_with_last_years_schema_still_takes_part(folder: Path) -> None:
    """A nullable field that it lacks is null for its demands; what it cannot answer at all is missing, and that is said; all else it answers."""
    with demo(folder.parent) as running:
        province = Province(running, folder, {})
        os.kill(running.pids[f"city {ZHOUSHAN}"], signal.SIGKILL)
        running.wait_for_message(f"city {ZHOUSHAN} has ended.")
        command = [
            sys.executable, "-m", "tests.end_to_end.last_year", "--partition", ZHOUSHAN,
            "--port", str(running.ports[f"city {ZHOUSHAN}"]), "--now", DATA_MOMENT,
            "--database", sqlite_url(database_file(folder, f"city-{ZHOUSHAN}")),
            "--registry", running.address.replace("/graphql", "/registry"),
        ]  # fmt: skip
        query = "{ demands(status: OPEN, first: 500) { edges { node { id deadline } } } }"
        with started_again(command):
            found = deadlines(until(province, query, lambda answer: "errors" not in answer and zhoushans(answer)))
            assert {found[identity] for identity in found if identity.startswith(ZHOUSHAN)} == {None}
            assert any(found.values())
            states = dict.fromkeys(CITIES, "OK") | {ZHOUSHAN: "UNSUPPORTED"}
            query = "{ fieldStatistics { fieldCode demandCount } }"
            answer = until(province, query, lambda answer: sources(answer) == states)
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["PARTITION_UNSUPPORTED"]
            total = sum(row["demandCount"] for row in answer["data"]["fieldStatistics"])
            with opened(folder) as databases:
                assert total == databases.value("city", f"SELECT count(*) FROM demand WHERE id NOT LIKE '{ZHOUSHAN}%'")
            query = "{ fieldStatistics { fieldCode achievementCount } }"
            whole = until(province, query, lambda answer: "errors" not in answer)["data"]["fieldStatistics"]
            assert sum(row["achievementCount"] for row in whole) == 14177


def until(province: Province, query: str, holds: Callable[[Any], object]) -> Any:
    """The first answer of which something holds. Each worker of the gateway hears of a member, and finds it again, by itself."""
    answers: list[Any] = []

    def asked() -> bool:
        answers.append(province.ask(query))
        return bool(holds(answers[-1]))

    wait_until(asked)
    return answers[-1]


def deadlines(answer: Any) -> dict[str, str | None]:
    return {edge["node"]["id"]: edge["node"]["deadline"] for edge in answer["data"]["demands"]["edges"]}


def zhoushans(answer: Any) -> list[str]:
    return [identity for identity in deadlines(answer) if identity.startswith(ZHOUSHAN)]
