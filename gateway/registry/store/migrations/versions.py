"""Migration 1: texts, versions, tokens, and an audit log that the database itself keeps from being changed."""

from typing import Final

STATEMENTS: Final = (
    "CREATE TABLE texts (digest VARCHAR PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE environments (name VARCHAR PRIMARY KEY, head INTEGER NOT NULL)",
    """CREATE TABLE versions (
        environment VARCHAR NOT NULL, number INTEGER NOT NULL, kind VARCHAR NOT NULL, subgraph VARCHAR NOT NULL,
        author VARCHAR NOT NULL, message TEXT NOT NULL, at BIGINT NOT NULL, digest VARCHAR NOT NULL REFERENCES texts (digest),
        origin VARCHAR NOT NULL, PRIMARY KEY (environment, number))""",
    """CREATE TABLE version_subgraphs (
        environment VARCHAR NOT NULL, number INTEGER NOT NULL, name VARCHAR NOT NULL, url TEXT NOT NULL,
        digest VARCHAR NOT NULL REFERENCES texts (digest), kind VARCHAR NOT NULL, region VARCHAR NOT NULL, members TEXT NOT NULL,
        PRIMARY KEY (environment, number, name))""",
    """CREATE TABLE tokens (
        id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, secret_hash VARCHAR NOT NULL, rights TEXT NOT NULL, subgraphs TEXT NOT NULL,
        environments TEXT NOT NULL, created_at BIGINT NOT NULL, created_by VARCHAR NOT NULL, expires_at BIGINT, revoked_at BIGINT)""",
    """CREATE TABLE audit (
        number INTEGER PRIMARY KEY, at BIGINT NOT NULL, actor VARCHAR NOT NULL, action VARCHAR NOT NULL, environment VARCHAR NOT NULL,
        subject VARCHAR NOT NULL, detail TEXT NOT NULL, previous VARCHAR NOT NULL, hash VARCHAR NOT NULL)""",
)

KEPT: Final = ("audit", "versions", "version_subgraphs", "texts")
"""Tables whose rows are written once."""

SQLITE: Final = tuple(
    f"CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table in KEPT
    for change in ("UPDATE", "DELETE")
)

POSTGRESQL: Final = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$""",
    *(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()"
        for table in KEPT
    ),
)
