"""A city that runs last year's schema still takes part."""

import os
import signal
import sys
from pathlib import Path

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
            wait_until(lambda: "errors" not in province.ask(query))
            found = {edge["node"]["id"]: edge["node"]["deadline"] for edge in province.data(query)["demands"]["edges"]}
            zhoushan = [deadline for identity, deadline in found.items() if identity.startswith(ZHOUSHAN)]
            assert zhoushan
            assert set(zhoushan) == {None}
            assert any(found.values())
            answer = province.ask("{ fieldStatistics { fieldCode demandCount } }")
            assert sources(answer) == dict.fromkeys(CITIES, "OK") | {ZHOUSHAN: "UNSUPPORTED"}
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["PARTITION_UNSUPPORTED"]
            total = sum(row["demandCount"] for row in answer["data"]["fieldStatistics"])
            with opened(folder) as databases:
                assert total == databases.value("city", f"SELECT count(*) FROM demand WHERE id NOT LIKE '{ZHOUSHAN}%'")
            whole = province.data("{ fieldStatistics { fieldCode achievementCount } }")["fieldStatistics"]
            assert sum(row["achievementCount"] for row in whole) == 14177
