"""Fetch the SDL of every subgraph that a compose file names, and keep where each came from."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from gateway.cli.compose_config import ComposeConfig, SubgraphEntry
from gateway.errors import CompositionError, SubgraphError
from gateway.resolvers.subgraph_client.introspection import fetch_sdl
from gateway.schema import Subgraph
from gateway.schema.codes import ErrorCode


@dataclass(frozen=True, slots=True)
class Sources:
    """The subgraphs to compose, each with the name of the place it came from, or the reasons why one is missing."""

    subgraphs: tuple[Subgraph, ...]
    places: dict[str, str]
    errors: tuple[CompositionError, ...] = ()


async def read_sources(config: ComposeConfig, folder: Path) -> Sources:
    """Every subgraph's SDL; files count from ``folder``. What cannot be had is an error in the result."""
    results = await asyncio.gather(*(_read(name, entry, folder) for name, entry in config.subgraphs.items()))
    return Sources(
        subgraphs=tuple(result for result in results if isinstance(result, Subgraph)),
        places={name: _place(name, entry) for name, entry in config.subgraphs.items()},
        errors=tuple(result for result in results if isinstance(result, CompositionError)),
    )


def _place(name: str, entry: SubgraphEntry) -> str:
    return str(entry.source.file) if entry.source.file else f"{name}.graphql"


async def _read(name: str, entry: SubgraphEntry, folder: Path) -> Subgraph | CompositionError:
    try:
        return Subgraph(name, entry.url, await _read_sdl(name, entry, folder))
    except SubgraphError as error:
        return _unreadable(name, error.message, ErrorCode.DOWNSTREAM_SERVICE_ERROR)
    except OSError as error:
        return _unreadable(name, f"The SDL of {name} cannot be read: {error}.", ErrorCode.INVALID_GRAPHQL)
    except UnicodeDecodeError as error:
        return _unreadable(name, f"The SDL of {name} is not UTF-8: {error}.", ErrorCode.INVALID_GRAPHQL)


async def _read_sdl(name: str, entry: SubgraphEntry, folder: Path) -> str:
    source = entry.source
    if source.subgraph_url is not None:
        return await fetch_sdl(name, source.subgraph_url, headers=source.introspection_headers)
    if source.file is not None:
        return (folder / source.file).read_text(encoding="utf-8")
    return source.sdl or ""


def _unreadable(name: str, message: str, code: ErrorCode) -> CompositionError:
    return CompositionError(code, message, subgraphs=(name,), mend=code.mend)
