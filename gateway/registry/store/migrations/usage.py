"""Migration 2: which operations clients send, and which fields they use."""

from typing import Final

STATEMENTS: Final = (
    """CREATE TABLE operations (
        signature VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, kind VARCHAR NOT NULL, text TEXT NOT NULL, coordinates TEXT NOT NULL)""",
    """CREATE TABLE operation_uses (
        environment VARCHAR NOT NULL, day VARCHAR NOT NULL, signature VARCHAR NOT NULL, client VARCHAR NOT NULL,
        client_version VARCHAR NOT NULL, uses BIGINT NOT NULL,
        PRIMARY KEY (environment, day, signature, client, client_version))""",
    """CREATE TABLE field_uses (
        environment VARCHAR NOT NULL, day VARCHAR NOT NULL, coordinate VARCHAR NOT NULL, uses BIGINT NOT NULL,
        PRIMARY KEY (environment, day, coordinate))""",
)
