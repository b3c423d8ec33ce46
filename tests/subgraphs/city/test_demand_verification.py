"""A demand's records are verified: whatever is bent is found and named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.subgraphs.asking import Asker
from tests.subgraphs.city.test_demand_steps import OTHER, publish, step
from tests.subgraphs.rows import column

VERIFY = "query ($id: ID!) { verifyDemand(id: $id) { demandId recordCount fault { kind height message } } }"
RECORD = "demand_record WHERE demand_id = :id AND height"


@pytest.fixture
async def identity(own_city: Asker) -> str:
    """A demand that was answered, matched, opened again and matched: records at heights 0 to 4."""
    found = await publish(own_city)
    for name, key in (("match", "a"), ("reopen", "b"), ("match", "c")):
        await step(own_city, name, found, key=key)
    return found


def bend(path: Path, identity: str, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement, {"id": identity} if ":id" in statement else {})


async def fault(city: Asker, identity: str) -> tuple[str, int | None] | None:
    found = (await city.ask(VERIFY, id=identity))["verifyDemand"]["fault"]
    return None if found is None else (found["kind"], found["height"])


async def test_what_nobody_has_bent_is_sound(own_city: Asker, identity: str) -> None:
    """Five records, no fault."""
    found = (await own_city.ask(VERIFY, id=identity))["verifyDemand"]
    assert found == {"demandId": identity, "recordCount": 5, "fault": None}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((f"DELETE FROM {RECORD} = 0",), ("RECORD_MISSING", 0)),
        ((f"DELETE FROM {RECORD} = 2",), ("RECORD_MISSING", 2)),
        ((f"DELETE FROM {RECORD} = 4",), ("STATUS_DIFFERS", 3)),
        (("UPDATE demand_record SET subject = '{}' WHERE demand_id = :id AND height = 3",), ("RECORD_CHANGED", 3)),
        (("UPDATE demand_record SET step = 'SIGNED' WHERE demand_id = :id AND height = 4",), ("RECORD_CHANGED", 4)),
        (("UPDATE demand_record SET recorded_at = '2022-06-28 00:00:00.000000' WHERE demand_id = :id AND height = 1",), ("RECORD_CHANGED", 1)),
        (("UPDATE demand_record SET previous_sha256 = sha256 WHERE demand_id = :id AND height = 2",), ("LINK_BROKEN", 2)),
        (
            (
                "UPDATE demand_record SET height = 9 WHERE demand_id = :id AND height = 2",
                "UPDATE demand_record SET height = 2 WHERE demand_id = :id AND height = 3",
                "UPDATE demand_record SET height = 3 WHERE demand_id = :id AND height = 9",
            ),
            ("LINK_BROKEN", 2),
        ),
        (("UPDATE demand SET summary = 'x' WHERE id = :id",), ("CONTENT_CHANGED", 0)),
        (("UPDATE demand SET title = 'x' WHERE id = :id",), ("CONTENT_CHANGED", 0)),
        (("UPDATE demand_answer SET solution = 'x' WHERE demand_id = :id",), ("CONTENT_CHANGED", 1)),
        (("UPDATE demand SET status = 'OPEN' WHERE id = :id",), ("STATUS_DIFFERS", 4)),
        (("UPDATE demand_record SET demand_id = '330100-D-000001' WHERE demand_id = :id AND height = 4",), ("STATUS_DIFFERS", 3)),
        ((f"INSERT INTO demand_answer SELECT id || '9', demand_id, '{OTHER}', 'x', at, NULL FROM demand_answer WHERE demand_id = :id",), ("ANSWER_UNRECORDED", None)),
    ],
)  # fmt: skip
async def test_what_is_bent_is_named(
    own_city: Asker, tmp_path: Path, identity: str, statements: tuple[str, ...], expected: tuple[str, int | None]
) -> None:
    """A record removed, changed, moved or forged; a text changed; a status set by hand; an answer put in."""
    bend(tmp_path / "city.db", identity, *statements)
    assert await fault(own_city, identity) == expected


async def test_a_demand_from_before_the_records_is_sound(own_city: Asker, database: Path) -> None:
    """It has none, or those since; only what was recorded can be verified."""
    ((before,), (matched,)) = (
        column(database, f"SELECT id FROM demand WHERE status = '{status}' AND id IN (SELECT demand_id FROM demand_answer) LIMIT 1")
        for status in ("SIGNED", "OPEN")
    )  # fmt: skip
    assert await fault(own_city, before) is None
    assert "errors" not in await step(own_city, "match", matched)
    assert await fault(own_city, matched) is None


async def test_what_there_is_not_cannot_be_verified(own_city: Asker) -> None:
    """Refused by name."""
    assert await own_city.codes(VERIFY, id="330300-D-999999") == ["DEMAND_NOT_FOUND"]
