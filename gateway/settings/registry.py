"""Settings of the registry inside the gateway."""

import ipaddress
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationInfo

from gateway.settings.section import Count, Seconds, Section, UrlPath, resolve_path

SQLITE: Final = "sqlite+aiosqlite:///"
POSTGRESQL: Final = "postgresql+asyncpg://"


def check_network(network: str) -> str:
    ipaddress.ip_network(network)  # its own message says what is wrong
    return network


def resolve_database(url: str, info: ValidationInfo) -> str:
    """The URL of a database; a relative SQLite file counts from the folder of the settings file, as every path does."""
    if not url.startswith((SQLITE, POSTGRESQL)):
        raise ValueError(f"write {SQLITE}FILE or {POSTGRESQL}USER:PASSWORD@HOST/NAME")
    return SQLITE + str(resolve_path(Path(url.removeprefix(SQLITE)), info)) if url.startswith(SQLITE) else url


class Usage(Section):
    """The recording of operations, by which a change is tried on those who would be broken."""

    enabled: bool = True
    days: Count = 30
    """How long counts are kept, and how far back a check looks."""
    flush: Seconds = 10.0
    """How often counts are written."""
    full_rate: Count = 10_000
    """How many requests between two writings are counted one by one; of the rest one in ten, as ten."""


class Health(Section):
    """The probing of subgraphs."""

    enabled: bool = True
    interval: Seconds = 10.0
    timeout: Seconds = 2.0


class Registry(Section):
    """The registry. It is on where ``supergraph.registry`` names an environment."""

    database: Annotated[str, AfterValidator(resolve_database)] | None = None
    """``sqlite+aiosqlite:///FILE`` or ``postgresql+asyncpg://…``."""
    path: UrlPath = "/registry"
    open: bool = False
    """Anybody may do anything, without a token. For demonstrations only."""
    poll: Annotated[Seconds, Field(le=2)] = 0.5
    """How often each process looks for a new version."""
    networks: tuple[Annotated[str, AfterValidator(check_network)], ...] = ()
    """Private networks in which subgraphs and webhooks may be, such as 10.0.0.0/8."""
    sdl_bytes: Count = 5_000_000
    publishes_per_minute: Count = 60
    """By one token, checks included, for each process."""
    sub_markets: bool = False
    """Compose the field ``subMarkets`` into the graph: who is registered, and how they are."""
    usage: Usage = Usage()
    health: Health = Health()
