"""The search table: one row of tokens for each thing that can be found, indexed by FTS5 or by a tsvector.

A subgraph that answers searches maps ``class SearchEntry(SearchEntryColumns, Base)`` and calls :func:`index_search` with
its table once, beside the class. In SQLite an FTS5 table follows the rows by triggers; in PostgreSQL an expression
index does. Rows are written like any others: ``tokens=index_tokens(text)``.
"""

from sqlalchemy import Boolean, Connection, Float, Select, String, Table, event, func, literal_column, select, text
from sqlalchemy.orm import Mapped, mapped_column

from subgraphs.kit.search_text import asked_tokens, fts5_query, ts_query

_SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS {name}_fts USING fts5(tokens, content='{name}', content_rowid='id')",
    "CREATE TRIGGER IF NOT EXISTS {name}_fts_insert AFTER INSERT ON {name} BEGIN"
    " INSERT INTO {name}_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
    "CREATE TRIGGER IF NOT EXISTS {name}_fts_delete AFTER DELETE ON {name} BEGIN"
    " INSERT INTO {name}_fts({name}_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens); END",
    "CREATE TRIGGER IF NOT EXISTS {name}_fts_update AFTER UPDATE ON {name} BEGIN"
    " INSERT INTO {name}_fts({name}_fts, rowid, tokens) VALUES ('delete', old.id, old.tokens);"
    " INSERT INTO {name}_fts(rowid, tokens) VALUES (new.id, new.tokens); END",
)
_POSTGRESQL_INDEX = ("CREATE INDEX IF NOT EXISTS ix_{name}_tokens ON {name} USING gin (to_tsvector('simple', tokens))",)


class SearchEntryColumns:
    """The columns of a search table: what was found (``kind`` and ``key``) and the tokens by which it is found."""

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(64), unique=True)
    tokens: Mapped[str]


def index_search(table: Table) -> None:
    """Have the search index created with the table, in the way of the database it is created in."""
    event.listen(table, "after_create", _create_index)
    event.listen(table, "before_drop", _drop_index)


def search_statement(table: Table, words: str, *, dialect: str, limit: int) -> Select[str, str] | None:
    """Ask for the ``kind`` and ``key`` of the rows that hold all the words, best first; ``None`` where there are no words.

    ``dialect`` is ``engine.dialect.name``. Equally good rows come in the order of their ``id``, so answers are stable.
    """
    if dialect == "sqlite":
        return _fts5_statement(table, fts5_query(words), limit)
    return _ts_statement(table, ts_query(words), limit)


def any_word_statement(table: Table, words: str, *, kind: str, dialect: str, limit: int) -> Select[str] | None:
    """Ask for the ``key`` of the rows of a kind that hold any of the words, best first; ``None`` where there are no words."""
    tokens = asked_tokens(words)
    if not tokens:
        return None
    if dialect == "sqlite":
        found = _fts5_statement(table, " OR ".join(f'"{token}"' for token in tokens), limit)
    else:
        found = _ts_statement(table, " | ".join(f"'{token}'" for token in tokens), limit)
    return None if found is None else found.with_only_columns(table.c.key).where(table.c.kind == kind)


def _create_index(table: Table, connection: Connection, **_events: object) -> None:
    for statement in _SQLITE_INDEX if connection.dialect.name == "sqlite" else _POSTGRESQL_INDEX:
        connection.exec_driver_sql(statement.format(name=table.name))


def _drop_index(table: Table, connection: Connection, **_events: object) -> None:
    if connection.dialect.name == "sqlite":  # PostgreSQL drops an index with its table
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}_fts")


def _fts5_statement(table: Table, query: str, limit: int) -> Select[str, str] | None:
    if not query:
        return None
    index = f"{table.name}_fts"
    matches = literal_column(index).op("MATCH", return_type=Boolean())(query)
    rank = literal_column(f"bm25({index})", Float())
    joined = table.join(text(index), text(f"{index}.rowid = {table.name}.id"))
    return _entries(table, limit).select_from(joined).where(matches).order_by(rank, table.c.id)


def _ts_statement(table: Table, query: str, limit: int) -> Select[str, str] | None:
    if not query:
        return None
    # The same expression as the index's, with 'simple' written out: a bound parameter would keep PostgreSQL from using it.
    vector = func.to_tsvector(literal_column("'simple'"), table.c.tokens)
    asked = func.to_tsquery(literal_column("'simple'"), query)
    matches = vector.op("@@", return_type=Boolean())(asked)
    rank = func.ts_rank(vector, asked, 1)  # 1: a word weighs less in a long text, as with FTS5
    return _entries(table, limit).where(matches).order_by(rank.desc(), table.c.id)


def _entries(table: Table, limit: int) -> Select[str, str]:
    return select(table.c.kind, table.c.key).limit(limit)
