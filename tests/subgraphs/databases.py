"""Where the tests' demo data lies."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from subgraphs.demo.rows.all import CITIES
from subgraphs.demo.seed import database_file
from subgraphs.kit.database import sqlite_url

WHOLE = "whole"
"""Beside the directory of the demo data: where the one database of all cities is."""


@dataclass(frozen=True, slots=True)
class MarketDatabases:
    """The demo data as SQLite files. Only for reading: all tests share them; a test that writes takes a copy."""

    directory: Path

    def path(self, name: str) -> Path:
        return database_file(self.directory.parent / WHOLE if name == CITIES else self.directory, name)

    def url(self, name: str) -> str:
        return sqlite_url(self.path(name))

    def copy(self, name: str, directory: Path) -> str:
        """Copy one database into a directory of the test's own, and give the copy's URL."""
        return sqlite_url(Path(shutil.copy(self.path(name), directory)))

    def copy_all(self, directory: Path) -> None:
        """Copy all of them into a new directory, without the files that come and go while others read."""
        shutil.copytree(self.directory, directory, ignore=shutil.ignore_patterns("*-wal", "*-shm"))


def show_nothing(_name: str, _done: int, _total: int) -> None:
    """Progress that nobody watches."""
