"""Where the supergraph comes from: a file that must be there, or subgraphs that may come up later."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from gateway.app.serving import LoadSupergraph
from gateway.errors import CompositionError, SettingsError, SubgraphError, SupergraphError
from gateway.resolvers.subgraph_client.introspection import fetch_sdl
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.settings import Settings, SubgraphSource, Traffic
from gateway.types import SubgraphName


def make_loader(settings: Settings) -> LoadSupergraph:
    """How to get the supergraph: once from a file, which is read now, or by asking and composing subgraphs, each time anew.

    Raises SupergraphError or SettingsError for a file that cannot be served.
    """
    if settings.supergraph.file is None:
        sources = settings.supergraph.compose
        check_subgraph_names(sources, settings.traffic)
        return lambda: compose_sources(sources)
    supergraph = read_file(settings.supergraph.file)
    check_subgraph_names(supergraph.subgraphs, settings.traffic)

    async def load() -> Supergraph:
        return supergraph

    return load


def read_file(path: Path) -> Supergraph:
    """The supergraph in a file. Raises SupergraphError."""
    try:
        return read_supergraph(read_text(path))
    except SupergraphError as error:
        raise SupergraphError(f"{path}: {error.message}", code=error.code) from error


def read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SupergraphError(f"it cannot be read: {error}") from error


async def compose_sources(sources: Mapping[SubgraphName, SubgraphSource]) -> Supergraph:
    """The supergraph of these subgraphs. Raises SupergraphError with a line for each that is missing, or for each error."""
    found = await asyncio.gather(
        *(read_source(name, source) for name, source in sources.items()), return_exceptions=True
    )
    missing = [failure for failure in found if isinstance(failure, BaseException)]
    for failure in missing:
        if not isinstance(failure, SubgraphError | SupergraphError):
            raise failure
    if missing:
        raise SupergraphError("\n".join(str(failure) for failure in missing))
    result = compose([subgraph for subgraph in found if isinstance(subgraph, Subgraph)])
    if result.supergraph is None:
        raise SupergraphError("\n".join(("The subgraphs do not compose:", *map(describe, result.errors))))
    return result.supergraph


async def read_source(name: SubgraphName, source: SubgraphSource) -> Subgraph:
    """A subgraph with its SDL, from its file or from itself."""
    sdl = await fetch_sdl(name, source.url) if source.sdl is None else read_sdl(name, source.sdl)
    return Subgraph(name, source.url, sdl)


def read_sdl(name: SubgraphName, path: Path) -> str:
    try:
        return read_text(path)
    except SupergraphError as error:
        raise SupergraphError(f"The SDL of {name} is in {path}: {error.message}") from error


def describe(error: CompositionError) -> str:
    return " ".join(part for part in (f"{error.code}:", error.message, error.mend) if part)


def check_subgraph_names(known: Mapping[SubgraphName, object], traffic: Traffic) -> None:
    """Every subgraph that the settings name must be in the supergraph. Raises SettingsError."""
    unknown = sorted(traffic.subgraphs.keys() - known.keys())
    if unknown:
        raise SettingsError(
            f"traffic.subgraphs.{unknown[0]}: the supergraph has no such subgraph; it has {', '.join(known)}."
        )
