"""Migration 4: subgraphs that wait for each other, to be published together by whichever process the last one comes to."""

from typing import Final

STATEMENTS: Final = (
    """CREATE TABLE waiting (
        environment VARCHAR NOT NULL, name VARCHAR NOT NULL, proposal TEXT NOT NULL, entered_at BIGINT NOT NULL,
        PRIMARY KEY (environment, name))""",
)
