"""The demo data is the same everywhere: every table's rows have the digest that was reviewed."""

import json

from tests.subgraphs.databases import MarketDatabases
from tests.subgraphs.demo.digests import GOLDEN, digest_tables


def test_every_row_is_the_one_that_was_reviewed(market_databases: MarketDatabases) -> None:
    """All rows of all tables read back the same on every machine and every version of Python.

    After a wanted change of the data: ``python -m tests.subgraphs.demo.digests``, and look at which tables changed.
    """
    assert digest_tables(market_databases.directory) == json.loads(GOLDEN.read_text())
