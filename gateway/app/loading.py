"""Where the supergraph comes from, by the settings: a file, a server, or subgraphs that may come up later."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from gateway.app.loaded import Loaded, Loader, digest
from gateway.app.on_demand import ask_for_sdl, follow_registry
from gateway.app.polling import CdnLoader, UplinkLoader
from gateway.app.watching import FileLoader, read_text
from gateway.errors import CompositionError, SettingsError, SubgraphError, SupergraphError
from gateway.schema import Subgraph, compose
from gateway.schema.supergraph import Supergraph
from gateway.schema.supergraph.printer import print_supergraph
from gateway.settings import Settings, SubgraphSource, Traffic
from gateway.types import SubgraphName


def make_loader(settings: Settings) -> Loader:
    """How to get the supergraph and its successors. A file is read now.

    Raises SupergraphError or SettingsError for a file that cannot be served.
    """
    source = settings.supergraph
    if source.file is not None:
        watched = FileLoader(source.file)
        check_subgraph_names(watched.read().supergraph.subgraphs, settings.traffic)
        return watched
    if source.registry is not None:
        return follow_registry(settings)
    if source.cdn is not None:
        headers = {source.cdn.key_header: source.cdn.key} if source.cdn.key else {}
        return CdnLoader(source.cdn.url, headers=headers, seconds=source.poll)
    if source.uplink is not None:
        uplink = source.uplink
        return UplinkLoader(uplink.endpoints, graph_ref=uplink.graph_ref, key=uplink.key, seconds=source.poll)
    check_subgraph_names(source.compose, settings.traffic)
    return ComposingLoader(source.compose)


class Given:
    """A ``Loader`` of a supergraph that is there and stays."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._supergraph = supergraph

    async def look(self, known: str | None) -> Loaded | None:
        """See ``Loader.look``."""
        return None if known is not None else loaded(self._supergraph)

    async def wait(self) -> None:
        """Nothing newer comes."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is held open."""


class ComposingLoader:
    """A ``Loader`` that composes subgraphs, once all of them can be had."""

    def __init__(self, sources: Mapping[SubgraphName, SubgraphSource]) -> None:
        self._sources = sources

    async def look(self, known: str | None) -> Loaded | None:
        """See ``Loader.look``."""
        return None if known is not None else loaded(await compose_sources(self._sources))

    async def wait(self) -> None:
        """What was composed at the start stays."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Nothing is held open."""


def loaded(supergraph: Supergraph) -> Loaded:
    sdl = print_supergraph(supergraph.document)
    return Loaded(supergraph, sdl, digest(sdl))


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
    sdl = await ask_for_sdl(name, source.url) if source.sdl is None else read_sdl(name, source.sdl)
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
