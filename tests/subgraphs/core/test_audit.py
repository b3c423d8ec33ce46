"""Evidence that was bent is found and named, by the market and by the script that does not need it."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subgraphs.kit.actor import AUDIT, OPERATE, TRADE
from subgraphs.kit.evidence import record_hash, seal_path, seal_root
from subgraphs.kit.tokens import Tokens
from tests.subgraphs.asking import open_market
from tests.subgraphs.core.floor import Floor
from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.rows import column, rows
from tests.subgraphs.signing import sign, write_keys

SCRIPT = Path(__file__).parents[3] / "subgraphs" / "core" / "audit" / "check_evidence.py"
VERIFY = """query ($deal: ID, $chain: ID) { verifyEvidence(dealId: $deal, chain: $chain) {
  chains recordCount sealedCount fault { kind chain height message } } }"""
EXPORT = "query ($deal: ID, $chain: ID) { evidenceExport(dealId: $deal, chain: $chain) }"
SEAL = "mutation ($key: ID!) { sealEvidence(input: {idempotencyKey: $key}) { root sealedOn previousRoot recordCount } }"
LONG = """SELECT deal_id, chain FROM evidence e WHERE deal_id IS NOT NULL AND kind = 'CONTRACT_SIGNED' AND sealed_in_root IS NOT NULL
  AND height >= 4 ORDER BY chain LIMIT 1"""


class Archive:
    """Core over data that a test bends behind its back."""

    def __init__(self, path: Path) -> None:
        self.path, self.floor = path, Floor(path)
        ((self.deal, self.chain),) = rows(path, LONG)

    def bend(self, sql: str, *values: Any) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            assert connection.execute(sql, values).rowcount > 0

    async def fault(self, **what: str) -> tuple[str, str | None, int | None] | None:
        verified = (await self.floor.core.ask(VERIFY, **(what or {"deal": self.deal})))["verifyEvidence"]
        fault = verified["fault"]
        return None if fault is None else (fault["kind"], fault["chain"], fault["height"])

    async def checked(self, tmp_path: Path, roots: list[str] | None = None, **what: str) -> tuple[int, str]:
        """What the script says of the deal's export: its exit code and its words."""
        export = tmp_path / "export.jsonl"
        export.write_text(
            (await self.floor.core.ask(EXPORT, **(what or {"deal": self.deal})))["evidenceExport"], encoding="utf-8"
        )
        command = [sys.executable, "-I", str(SCRIPT), str(export)]
        if roots is not None:
            (tmp_path / "roots.txt").write_text("\n".join(roots))
            command += ["--roots", str(tmp_path / "roots.txt")]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, env={})
        assert not done.stderr, done.stderr
        return done.returncode, done.stdout.strip()


@pytest.fixture
async def archive(market_databases: MarketDatabases, tmp_path: Path) -> AsyncIterator[Archive]:
    url = market_databases.copy("core", tmp_path)
    archive = Archive(tmp_path / "core.db")
    async with open_market("core", url, clock=archive.floor.clock) as archive.floor.core:
        yield archive


async def test_what_nobody_has_bent_verifies(archive: Archive, tmp_path: Path) -> None:
    """Deals of each kind, with all their chains; and the script agrees, with the published roots."""
    for deal in column(archive.path, "SELECT id FROM deal ORDER BY id LIMIT 200")[::10]:
        assert await archive.fault(deal=deal) is None, deal
    published = column(archive.path, "SELECT root FROM evidence_seal ORDER BY sealed_on")
    code, words = await archive.checked(tmp_path, published)
    count = column(archive.path, "SELECT COUNT(*) FROM evidence WHERE chain = ?", archive.chain)[0]
    assert code == 0, words
    assert f"{len(published)} seals" in words
    assert int(words.split()[1]) >= count


BENDS = {
    "a_tampered_row": (
        "UPDATE evidence SET subject = '{\"price\": 1}' WHERE chain = ? AND height = 2",
        ("RECORD_CHANGED", 2), "the record at height 2 of {} has another hash than its content",
    ),
    "a_later_moment": (
        "UPDATE evidence SET recorded_at = datetime(recorded_at, '+1 second') WHERE chain = ? AND height = 1",
        ("RECORD_CHANGED", 1), "the record at height 1 of {} has another hash than its content",
    ),
    "the_first_record_removed": (
        "DELETE FROM evidence WHERE chain = ? AND height = 0", ("RECORD_MISSING", 0), "{} has no record at height 0",
    ),
    "a_middle_record_removed": (
        "DELETE FROM evidence WHERE chain = ? AND height = 2", ("RECORD_MISSING", 2), "{} has no record at height 2",
    ),
    "a_reordered_pair": (
        "UPDATE evidence SET height = CASE height WHEN 1 THEN -2 ELSE -1 END WHERE chain = ? AND height IN (1, 2)",
        ("LINK_BROKEN", 1), "the record at height 1 of {} does not hold the hash of the one before it",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BENDS)
async def test_what_was_bent_in_a_chain_is_named(archive: Archive, tmp_path: Path, name: str) -> None:
    """By the chain and the height of the first record that does not fit; the script says the same in words."""
    sql, (kind, height), words = BENDS[name]
    archive.bend(sql, archive.chain)
    if name == "a_reordered_pair":
        archive.bend("UPDATE evidence SET height = -height WHERE chain = ? AND height < 0", archive.chain)
    assert await archive.fault() == (kind, archive.chain, height)
    assert await archive.fault(chain=archive.chain) == (kind, archive.chain, height)
    assert await archive.checked(tmp_path) == (1, f"wrong: {words.format(archive.chain)}")


async def test_a_last_record_that_is_not_sealed_is_missed(archive: Archive, tmp_path: Path) -> None:
    """Cut off, or written anew with another hash: the chain is known to have come further. What comes next shows the gap for ever."""
    floor = archive.floor
    await floor.agreed()
    last = column(archive.path, "SELECT MAX(height) FROM evidence WHERE chain = ?", floor.achievement)[0]
    archive.chain = floor.achievement
    archive.bend("DELETE FROM evidence WHERE chain = ? AND height = ?", archive.chain, last)
    assert await archive.fault(chain=archive.chain) == ("RECORD_MISSING", archive.chain, last)
    words = f"wrong: {archive.chain} has no record at height {last}"
    assert await archive.checked(tmp_path, chain=archive.chain) == (1, words)
    forge_chain(archive, {"forged": True}, at_height=last - 1)
    assert await archive.fault(chain=archive.chain) == ("RECORD_MISSING", archive.chain, last)
    archive.bend("UPDATE evidence_head SET height = height - 1 WHERE chain = ?", archive.chain)
    assert await archive.fault(chain=archive.chain) == ("LINK_BROKEN", archive.chain, last - 1)
    assert (await archive.checked(tmp_path, chain=archive.chain))[0] == 1


async def test_a_record_cut_off_at_the_end_is_missed(archive: Archive) -> None:
    """By the seal that counted it, and by the deal that it was evidence of; also where the chain's end was cut down with it."""
    cut = "DELETE FROM evidence WHERE chain = ? AND height = (SELECT MAX(height) FROM evidence WHERE chain = ?)"
    archive.bend(cut, archive.chain, archive.chain)
    end_here(archive)
    kind, chain, _ = await archive.fault(chain=archive.chain) or ("", "", 0)
    assert (kind, chain) == ("SEAL_BROKEN", None)
    archive.bend("UPDATE evidence_seal SET record_count = (SELECT COUNT(*) FROM evidence WHERE sealed_in_root = root)")
    assert (await archive.fault() or ("",))[0] in ("SEAL_BROKEN", "RECORD_MISSING")


async def test_a_chain_forged_anew_does_not_fit_its_seal(archive: Archive, tmp_path: Path) -> None:
    """Whoever hashes a changed record again, and all after it, has another root than the one that was sealed."""
    forge_chain(archive, {"deal": "forged"})
    end_here(archive)
    kind, _, _ = await archive.fault(chain=archive.chain) or ("", "", 0)
    assert kind == "SEAL_BROKEN"
    code, words = await archive.checked(tmp_path)
    assert code == 1
    assert words.endswith("is not under the seal that it names")


async def test_a_forged_seal_is_not_the_published_one(archive: Archive, tmp_path: Path) -> None:
    """Whoever forges all seals after it as well is found by the roots that were published."""
    published = column(archive.path, "SELECT root FROM evidence_seal ORDER BY sealed_on")
    forge_chain(archive, {"deal": "forged"})
    end_here(archive)
    first = forge_seals(archive)
    assert (await archive.fault(chain=archive.chain)) is None  # nothing inside tells any more
    code, words = await archive.checked(tmp_path, published)
    assert code == 1
    assert words == f"wrong: the seal of {first} is not the published root {words.split()[-1]}"
    archive.bend(
        "UPDATE evidence_seal SET previous_root = NULL WHERE sealed_on = (SELECT MAX(sealed_on) FROM evidence_seal)"
    )
    assert (await archive.fault(chain=archive.chain) or ("",))[0] == "SEAL_BROKEN"


async def test_a_deal_that_says_something_else_is_found(archive: Archive) -> None:
    """Though all chains verify."""
    archive.bend("UPDATE deal SET amount_fen = amount_fen + 1 WHERE id = ?", archive.deal)
    assert (await archive.fault() or ("",))[0] == "CONTENT_CHANGED"
    assert await archive.fault(chain=archive.chain) is None


async def test_a_day_is_sealed_once_it_is_over(archive: Archive, tmp_path: Path) -> None:
    """A new deal is evidence at once, sealed the day after, and provable under its seal; a slipped-in record is not."""
    floor = archive.floor
    agreement = await floor.agreed()
    await floor.sign(agreement, floor.seller)
    archive.deal = (await floor.sign(agreement, floor.buyers[0]))["deal"]["id"]
    archive.chain = floor.achievement
    assert await archive.fault() is None
    day = floor.now.date()
    assert day.isoformat() not in [seal["sealedOn"] for seal in await seal(archive, "k1")]
    floor.now += timedelta(days=1)
    made = await seal(archive, "k2")
    assert made[-1]["sealedOn"] == day.isoformat()
    assert await seal(archive, "k2") == made
    assert await seal(archive, "k3") == []
    newest = (await floor.core.ask("{ evidenceSeals(first: 2) { root previousRoot } }"))["evidenceSeals"]
    assert newest[0] == {"root": made[-1]["root"], "previousRoot": newest[1]["root"]}
    assert await archive.fault() is None
    code, words = await archive.checked(tmp_path)
    assert code == 0, words
    archive.bend("UPDATE evidence SET sealed_in_root = NULL WHERE chain = ? AND kind = 'ACCEPTED'", archive.chain)
    assert (await archive.fault() or ("",))[0] == "RECORD_UNSEALED"
    archive.bend("UPDATE evidence SET sealed_in_root = 'x' WHERE chain = ? AND kind = 'ACCEPTED'", archive.chain)
    assert (await archive.fault() or ("",))[0] == "SEAL_MISSING"


async def test_a_record_that_came_after_its_day_was_sealed_does_not_stop_sealing(archive: Archive) -> None:
    """It goes under the next day's seal, which comes when that day has been over for a while; and all of it verifies."""
    floor = archive.floor
    agreement = await floor.agreed()
    midnight = datetime(2022, 6, 27, 16, tzinfo=UTC)
    floor.now = midnight + timedelta(minutes=9)
    assert await seal(archive, "early") == []
    floor.now = midnight + timedelta(minutes=11)
    assert [each["sealedOn"] for each in await seal(archive, "first")] == ["2022-06-27"]
    floor.now = midnight - timedelta(seconds=1)
    await floor.sign(agreement, floor.seller)
    floor.now = midnight + timedelta(hours=12)
    assert await seal(archive, "not yet") == []
    floor.now = midnight + timedelta(days=1, minutes=11)
    assert [(each["sealedOn"], each["recordCount"]) for each in await seal(archive, "second")] == [("2022-06-28", 1)]
    assert await archive.fault(chain=floor.achievement) is None


async def test_what_is_asked_of_nothing_is_refused(archive: Archive) -> None:
    """Either a deal or a chain, one that there is."""
    core = archive.floor.core
    assert await core.codes(VERIFY) == ["MISSING_ARGUMENT"]
    assert await core.codes(VERIFY, deal="x", chain="y") == ["MISSING_ARGUMENT"]
    assert await core.codes(VERIFY, deal="x") == ["DEAL_NOT_FOUND"]
    assert await core.codes(VERIFY, chain="x") == ["ACHIEVEMENT_NOT_FOUND"]


async def test_everybody_verifies_auditors_export_and_the_operator_seals(
    market_databases: MarketDatabases, tmp_path: Path
) -> None:
    """What is shown to everybody are kinds of faults, no content."""
    tokens = Tokens.read(write_keys(tmp_path / "keys.json"))
    url, archive = market_databases.copy("core", tmp_path), Archive(tmp_path / "core.db")
    async with open_market("core", url, tokens=tokens) as core:
        trader, auditor = core.as_(sign("trader", TRADE)), core.as_(sign("auditor", AUDIT))
        assert await core.codes(VERIFY, deal=archive.deal) == []
        assert await core.codes(EXPORT, deal=archive.deal) == ["NOT_SIGNED_IN"]
        assert await trader.codes(EXPORT, deal=archive.deal) == ["NOT_ALLOWED"]
        assert await auditor.codes(EXPORT, deal=archive.deal) == []
        assert await auditor.codes(SEAL, key="k") == ["NOT_ALLOWED"]
        assert await core.as_(sign("operator", OPERATE)).codes(SEAL, key="k") == []


@given(st.integers(1, 40), st.booleans(), st.data())
def test_every_leaf_has_a_way_to_its_root(count: int, has_previous: bool, data: Any) -> None:
    """The way that the script walks, for any number of records, with and without a root before it."""
    namespace: dict[str, Any] = {"__name__": "checked"}
    exec(compile(SCRIPT.read_text(), str(SCRIPT), "exec"), namespace)  # noqa: S102 - as the auditor's own program
    hashes = [f"{number:064x}" for number in range(count)]
    previous = "f" * 64 if has_previous else None
    at = data.draw(st.integers(0, count - 1))
    root = seal_root(hashes, previous)
    path = seal_path(hashes, previous, at + has_previous)
    assert namespace["root_above"](hashes[at], path) == root
    assert namespace["root_above"]("e" * 64, path) != root


async def seal(archive: Archive, key: str) -> list[Any]:
    return list((await archive.floor.core.ask(SEAL, key=key))["sealEvidence"])


def end_here(archive: Archive) -> None:
    """Have the chain known to end where it does."""
    sql = "SELECT height, sha256 FROM evidence WHERE chain = ? ORDER BY height DESC LIMIT 1"
    (last,) = rows(archive.path, sql, archive.chain)
    archive.bend("UPDATE evidence_head SET height = ?, sha256 = ? WHERE chain = ?", *last, archive.chain)


def forge_chain(archive: Archive, subject: Any, at_height: int = 2) -> None:
    """Change a record and hash it, and all after it, anew."""

    previous = None
    sql = "SELECT height, kind, subject, recorded_at FROM evidence WHERE chain = ? ORDER BY height"
    for height, kind, said, moment in rows(archive.path, sql, archive.chain):
        says = subject if height == at_height else json.loads(said)
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        digest = record_hash(
            chain=archive.chain, height=height, kind=kind, recorded_at=at, subject=says, previous=previous
        )
        archive.bend(
            "UPDATE evidence SET subject = ?, sha256 = ?, previous_sha256 = ? WHERE chain = ? AND height = ?",
            json.dumps(says), digest, previous, archive.chain, height,
        )  # fmt: skip
        previous = digest


def forge_seals(archive: Archive) -> str:
    """Make every seal anew over what is there now; the day of the first that differs comes out."""
    previous, first = None, ""
    for root, day in rows(archive.path, "SELECT root, sealed_on FROM evidence_seal ORDER BY sealed_on"):
        order = "SELECT sha256 FROM evidence WHERE sealed_in_root = ? ORDER BY recorded_at, chain, height"
        forged = seal_root(column(archive.path, order, root), previous)
        if forged != root:
            first = first or day
            archive.bend("UPDATE evidence SET sealed_in_root = ? WHERE sealed_in_root = ?", forged, root)
            archive.bend("UPDATE evidence_seal SET root = ?, previous_root = ? WHERE root = ?", forged, previous, root)
        previous = forged
    return str(first)
