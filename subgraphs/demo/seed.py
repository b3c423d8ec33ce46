"""Put the demo data in its place: SQLite files that appear at once or not at all, or databases given by URL."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from subgraphs.demo.market import make_market
from subgraphs.demo.rows.all import CITIES, CITY_DATABASES, ROWS, TABLES
from subgraphs.demo.write import read_stamp, write_database
from subgraphs.kit.database import open_database, sqlite_url

DATABASES: Final = tuple(TABLES)
"""The databases there may be: one for each subgraph, and for the cities one each beside it."""

SUBGRAPHS: Final = tuple(name for name in DATABASES if name not in CITY_DATABASES)
FILES: Final = tuple(name for name in DATABASES if name != CITIES)
"""Those that a directory holds: the cities' own, and not the one for all of them."""

_KIT: Final = ("database_search", "database_types", "database_writes", "enums", "evidence", "search_text")
"""What the rows and their tables are made with, of all that the subgraphs share."""

OnProgress = Callable[[str, int, int], None]
"""Called with a database's name, how many of its rows are written, and how many there are in all."""


class SeedError(Exception):
    """The demo data cannot be put there; the message says why and what to do."""


def database_file(directory: Path, name: str) -> Path:
    """The SQLite file of a database in a directory of demo data."""
    return directory / f"{name}.db"


def data_version() -> str:
    """The version of the demo data: a hash of the program and the tables that make it, so that any change makes it anew."""
    package = files("subgraphs")
    sources = [*_sources(package / "demo"), package / "healthcare" / "classification.py"]
    sources += [package / "kit" / f"{module}.py" for module in _KIT]
    sources += [package / name / "tables.py" for name in SUBGRAPHS]
    sources += [package / "core" / "contribution_rules.py"]
    digest = sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


async def seed_directory(directory: Path, on_progress: OnProgress) -> bool:
    """Have a directory hold the demo data's current version as ``NAME.db``; tells whether it had to be made.

    Raises ``SeedError`` where the directory holds anything else than demo data: it is never overwritten.
    """
    version = data_version()
    if await _holds(directory, version):
        return False
    _check_replaceable(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        made = workshop / "new"
        made.mkdir()
        await _write({name: sqlite_url(database_file(made, name)) for name in FILES}, version, on_progress)
        _exchange(made, directory, old=workshop / "old")
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return True


async def seed_databases(urls: Mapping[str, str], on_progress: OnProgress) -> bool:
    """Have the databases at these URLs, by name, hold the current version; tells whether any had to be written.

    What their tables held before is replaced. Raises ``SeedError`` for a name that is no database's.
    """
    if unknown := sorted(set(urls) - set(DATABASES)):
        raise SeedError(f"There is no database {unknown[0]!r}; name one of {', '.join(DATABASES)}.")
    version = data_version()
    stale = {name: url for name, url in urls.items() if await _stamp_of(url) != version}
    if stale:
        await _write(stale, version, on_progress)
    return bool(stale)


async def _write(urls: Mapping[str, str], version: str, on_progress: OnProgress) -> None:
    market = make_market()
    for name, url in urls.items():
        rows = ROWS[name](market)
        counter = _Counter(name, sum(map(len, rows.values())), on_progress)
        engine = open_database(url)
        try:
            await write_database(engine, TABLES[name], rows, version=version, on_written=counter.add)
        finally:
            await engine.dispose()


class _Counter:
    """Adds up the rows written to one database."""

    def __init__(self, name: str, total: int, on_progress: OnProgress) -> None:
        self._name, self._total, self._on_progress = name, total, on_progress
        self._done = 0

    def add(self, count: int) -> None:
        self._done += count
        self._on_progress(self._name, self._done, self._total)


async def _holds(directory: Path, version: str) -> bool:
    paths = [database_file(directory, name) for name in FILES]
    if not all(path.is_file() for path in paths):
        return False
    return {await _stamp_of(sqlite_url(path)) for path in paths} == {version}


async def _stamp_of(url: str) -> str | None:
    engine = open_database(url)
    try:
        return await read_stamp(engine)
    finally:
        await engine.dispose()


def _exchange(made: Path, directory: Path, *, old: Path) -> None:
    if directory.exists():
        directory.rename(old)
    made.rename(directory)


def _check_replaceable(directory: Path) -> None:
    ours = {database_file(directory, name).name + ending for name in FILES for ending in ("", "-wal", "-shm")}
    if directory.exists() and (strange := sorted(path.name for path in directory.iterdir() if path.name not in ours)):
        raise SeedError(f"{directory} holds {strange[0]!r}, which is no demo data; name an empty or a new directory.")


def _sources(folder: Traversable) -> Iterable[Traversable]:
    """The program files and data of a package, in a fixed order."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry)
        elif entry.name.endswith((".py", ".json")):
            yield entry
