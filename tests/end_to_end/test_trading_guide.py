"""What docs/trading.md shows works as it is written, on the demo as ``make demo`` runs it."""

import json
import re
import urllib.request
from pathlib import Path

import pytest

from tests.cli.test_demo import PATIENCE_SECONDS, demo
from tests.subgraphs.conftest import market_databases
from tests.subgraphs.databases import MarketDatabases

__all__ = ["market_databases"]

GUIDE = Path(__file__).parents[2] / "docs" / "trading.md"
CALL = re.compile(r"^ask '(.+)'$", re.MULTILINE)
SHOWN = re.compile(r"```json\n(.+?)\n```", re.DOTALL)


@pytest.fixture
def folder(market_databases: MarketDatabases, tmp_path: Path) -> Path:
    """A folder of its own: the guide writes."""
    market_databases.copy_all(tmp_path / "market")
    return tmp_path


def test_the_guide_can_be_followed(folder: Path) -> None:
    """Each call is answered without an error, the last one as it is shown."""
    calls, answers = CALL.findall(GUIDE.read_text(encoding="utf-8")), []
    assert len(calls) == 5
    with demo(folder) as running:
        for body in calls:
            headers = {"content-type": "application/json"}
            request = urllib.request.Request(running.address, body.encode(), headers)
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
                answers.append(json.load(response))
            assert "errors" not in answers[-1], (body, answers[-1])
    (shown,) = SHOWN.findall(GUIDE.read_text(encoding="utf-8"))
    assert answers[-1] == json.loads(shown)
    assert answers[3]["data"]["signAgreement"]["status"] == "SIGNED"
