"""What publishers hand in, and whether it may be taken at all before anything is composed."""

import re
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from gateway.registry.errors import InvalidError
from gateway.registry.model import SubgraphRecord
from gateway.resolvers.subgraph_client.fetching import fetch
from gateway.resolvers.subgraph_client.guard import AddressGuard
from gateway.resolvers.subgraph_client.transport import TransportError
from gateway.types import SubgraphName

NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
ENVIRONMENT: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MAX_TEXT: Final = 1_000
SERVICE_SDL: Final = msgspec.json.encode({"query": "query SubgraphIntrospectQuery { _service { sdl } }"})
"""How a subgraph is asked for its own SDL (federation specification, "Enhanced introspection")."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A subgraph as its publisher wants it. Without ``sdl`` its URL is asked; without ``url`` the one it has stays."""

    name: SubgraphName
    url: str = ""
    sdl: str | None = None
    kind: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is taken: SDLs up to so many bytes, and addresses that the guard lets through."""

    sdl_bytes: int = 5_000_000
    guard: AddressGuard = field(default_factory=AddressGuard)
    ask_seconds: float = 10.0


def check_environment(name: str) -> None:
    """Raises InvalidError for what is no name of an environment."""
    if not ENVIRONMENT.fullmatch(name):
        raise InvalidError(f"{name!r} is no name of an environment: write small letters, digits and hyphens, up to 32.")


def check_message(message: str) -> None:
    """Raises InvalidError for a message that nobody would read."""
    if len(message) > MAX_TEXT:
        raise InvalidError(f"The message is longer than {MAX_TEXT} characters.")


async def complete(proposal: Proposal, before: SubgraphRecord | None, terms: Terms) -> SubgraphRecord:
    """The record that a proposal stands for, its SDL fetched where it was not given. Raises InvalidError."""
    if not NAME.fullmatch(proposal.name):
        message = (
            f"{proposal.name!r} is no name of a subgraph: a letter, then letters, digits, _ and -, up to 64 in all."
        )
        raise InvalidError(message)
    if len(proposal.kind) > MAX_TEXT or len(proposal.region) > MAX_TEXT:
        raise InvalidError(f"The kind and the region of {proposal.name} must be shorter than {MAX_TEXT} characters.")
    url = proposal.url or (before.url if before else "")
    if not url:
        raise InvalidError(f"{proposal.name} is new, so it needs a routing URL.")
    await check_url(url, terms)
    sdl = proposal.sdl if proposal.sdl is not None else await ask_sdl(proposal.name, url, terms)
    check_sdl(proposal.name, sdl, terms)
    sdl = sdl.rstrip()  # a file ends with a line break, the same schema told by a program does not
    base = before or SubgraphRecord(proposal.name, url, sdl)
    return replace(base, url=url, sdl=sdl, kind=proposal.kind or base.kind, region=proposal.region or base.region)


async def check_url(url: str, terms: Terms) -> None:
    """Raises InvalidError for an address that the gateway must not be made to ask."""
    if refused := await terms.guard.check(url):
        raise InvalidError(refused, code="ADDRESS_FORBIDDEN")


def check_sdl(name: str, sdl: str, terms: Terms) -> None:
    """Raises InvalidError for an SDL that is too large to be read."""
    size = len(sdl.encode())
    if size > terms.sdl_bytes:
        message = f"The SDL of {name} has {size} bytes; up to {terms.sdl_bytes} are taken (registry.sdl_bytes)."
        raise InvalidError(message, code="SDL_TOO_LARGE")


async def ask_sdl(name: str, url: str, terms: Terms) -> str:
    """The SDL that a subgraph tells of itself. A redirect is not followed. Raises InvalidError."""
    try:
        answer = await fetch(
            url,
            method="POST",
            headers={"content-type": "application/json", "accept": "application/json"},
            body=SERVICE_SDL,
            timeout=terms.ask_seconds,
            max_bytes=2 * terms.sdl_bytes,
            guard=terms.guard,
        )
        body = msgspec.json.decode(answer.body)
    except TransportError as error:
        raise no_sdl(name, url, error.failure.value) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise no_sdl(name, url, "did not answer with JSON") from error
    match body:
        case {"data": {"_service": {"sdl": str(sdl)}}}:
            return sdl
    raise no_sdl(name, url, f"answered with HTTP status {answer.status}, without data._service.sdl")


def no_sdl(name: str, url: str, reason: str) -> InvalidError:
    message = f"The subgraph {name} at {url} {reason}. Send its SDL along, or make it answer {{ _service {{ sdl }} }}."
    return InvalidError(message, code="SDL_UNAVAILABLE")
