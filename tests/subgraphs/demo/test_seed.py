"""Seeding: whole or not at all, instantly the second time, and never over anything else."""

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import String, func, insert, select

from subgraphs.core.tables import SEARCH_TABLE
from subgraphs.demo.rows.all import TABLES
from subgraphs.demo.seed import FILES, SeedError, database_file, seed_databases, seed_directory
from subgraphs.kit.database import open_database
from subgraphs.kit.database_search import search_statement
from subgraphs.kit.search_text import index_tokens
from tests.subgraphs.databases import MarketDatabases, show_nothing
from tests.subgraphs.demo.digests import digest_tables


class PulledPlugError(Exception):
    """Somebody pulled the plug."""


def interrupt_in_the_last(name: str, _done: int, _total: int) -> None:
    """Let all databases but the last be written, and part of that."""
    if name == FILES[-1]:
        raise PulledPlugError


def interrupt_at_once(_name: str, _done: int, _total: int) -> None:
    raise PulledPlugError


def rows_in(path: Path, table: str) -> int:
    connection = sqlite3.connect(path)
    count = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    assert isinstance(count, int)
    return count


def copy_all(databases: MarketDatabases, directory: Path) -> None:
    directory.mkdir()
    for name in FILES:
        databases.copy(name, directory)


def test_seeding_again_touches_nothing(market_databases: MarketDatabases) -> None:
    """The stamp says that this version is there already."""
    before = {name: market_databases.path(name).stat().st_mtime_ns for name in FILES}
    assert asyncio.run(seed_directory(market_databases.directory, interrupt_in_the_last)) is False
    assert {name: market_databases.path(name).stat().st_mtime_ns for name in FILES} == before


def test_seeding_twice_gives_the_same_rows(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """Two seedings differ in nothing that can be read, and the second replaced an older version on the way."""
    directory = tmp_path / "market"
    copy_all(market_databases, directory)
    connection = sqlite3.connect(database_file(directory, "carbon"))
    connection.execute("UPDATE demo_stamp SET version = 'older'")
    connection.execute("DELETE FROM carbon_profile")
    connection.commit()
    connection.close()
    assert asyncio.run(seed_directory(directory, show_nothing)) is True
    assert digest_tables(directory) == digest_tables(market_databases.directory)
    assert [path.name for path in tmp_path.iterdir()] == ["market"]


def test_an_interrupted_seeding_leaves_nothing(tmp_path: Path) -> None:
    """Neither the directory nor any half of it is there after an interruption, nor is the workshop."""
    with pytest.raises(PulledPlugError):
        asyncio.run(seed_directory(tmp_path / "market", interrupt_in_the_last))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_seeding_leaves_the_older_data(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """What was there before stays whole until all of the new is ready."""
    directory = tmp_path / "market"
    copy_all(market_databases, directory)
    database_file(directory, "healthcare").unlink()
    with pytest.raises(PulledPlugError):
        asyncio.run(seed_directory(directory, interrupt_at_once))
    assert rows_in(database_file(directory, "city-3301"), "demand") == 849
    assert [path.name for path in tmp_path.iterdir()] == ["market"]


def test_a_directory_with_anything_else_in_it_is_refused(tmp_path: Path) -> None:
    """Seeding replaces demo data, never a user's files."""
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(SeedError, match=r"holds 'thesis.txt', which is no demo data; name an empty or a new directory"):
        asyncio.run(seed_directory(tmp_path, show_nothing))
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_a_database_by_url_is_filled_over_what_it_held(market_databases: MarketDatabases, tmp_path: Path) -> None:
    """One subgraph's database may be anywhere; the second time it is up to date."""
    url = market_databases.copy("core", tmp_path)
    connection = sqlite3.connect(tmp_path / "core.db")
    connection.execute("UPDATE demo_stamp SET version = 'older'")
    connection.commit()
    connection.close()
    assert asyncio.run(seed_databases({"core": url}, show_nothing)) is True
    assert asyncio.run(seed_databases({"core": url}, interrupt_in_the_last)) is False
    assert rows_in(tmp_path / "core.db", "deal") == 1304
    assert rows_in(tmp_path / "core.db", "search_entry_fts") == rows_in(tmp_path / "core.db", "search_entry")


def test_a_postgresql_database_holds_the_same_and_goes_on_counting(
    market_databases: MarketDatabases, postgresql_url: str
) -> None:
    """Every row fits and keeps its links; the next search entry gets a number of its own; words are found."""
    assert asyncio.run(seed_databases({"core": postgresql_url}, show_nothing)) is True
    assert asyncio.run(seed_databases({"core": postgresql_url}, interrupt_in_the_last)) is False
    counts, found = asyncio.run(look_into(postgresql_url))
    assert counts == {name: rows_in(market_databases.path("core"), name) for name in counts}
    assert found == ["new"]


async def look_into(url: str) -> tuple[dict[str, int], list[str]]:
    """The rows of core's tables, then what is found of a new search entry."""
    engine = open_database(url)
    tables = TABLES["core"].sorted_tables
    async with engine.begin() as connection:
        counts = {t.name: await connection.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
        entry = {"kind": "Demand", "key": "new", "tokens": index_tokens("水熊虫抗旱基因")}
        await connection.execute(insert(SEARCH_TABLE), [entry])
        words = search_statement(SEARCH_TABLE, "熊虫抗旱", dialect="postgresql", limit=2)
        assert words is not None
        found = [row.key for row in await connection.execute(words)]
    await engine.dispose()
    return counts, found


def test_an_unknown_database_is_refused_by_name() -> None:
    """The message names the databases there are."""
    with pytest.raises(SeedError, match="no database 'cities'; name one of core, city, city-3301, "):
        asyncio.run(seed_databases({"cities": "sqlite+aiosqlite:///nowhere"}, show_nothing))


def test_every_text_fits_its_column(market_databases: MarketDatabases) -> None:
    """SQLite would let longer texts pass, PostgreSQL would not."""
    for name, metadata in TABLES.items():
        connection = sqlite3.connect(market_databases.path(name))
        for table in metadata.tables.values():
            for column in table.columns:
                if isinstance(column.type, String) and column.type.length:
                    sql = f"SELECT max(length({column.name})) FROM {table.name}"
                    (longest,) = connection.execute(sql).fetchone()
                    assert (longest or 0) <= column.type.length, f"{name}.{table.name}.{column.name}"
        connection.close()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "subgraphs.demo", "seed", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_says_what_it_did(market_databases: MarketDatabases) -> None:
    """Up to date is said in a line, and not at all when it is to be quiet."""
    directory = str(market_databases.directory)
    assert run("--into", directory).stdout == "Demo data is up to date.\n"
    quiet = run("--into", directory, "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_the_command_explains_what_it_cannot_do(tmp_path: Path) -> None:
    """A wrong argument is a sentence and an exit code, not a stack trace."""
    (tmp_path / "thesis.txt").touch()
    for arguments, code, words in (
        ((), 2, "Say where to"),
        (("--database", "core"), 2, "wants NAME=URL"),
        (("--into", str(tmp_path)), 1, "Error: "),
    ):
        outcome = run(*arguments)
        assert (outcome.returncode, outcome.stdout) == (code, "")
        assert words in outcome.stderr
        assert "Traceback" not in outcome.stderr
