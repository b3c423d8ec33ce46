"""Where the supergraph comes from: a file that must be there, or subgraphs that may come up later."""

from pathlib import Path

from gateway.app.serving import LoadSupergraph
from gateway.errors import SettingsError, SupergraphError
from gateway.schema.supergraph import Supergraph, read_supergraph
from gateway.settings import Settings, Traffic


def make_loader(settings: Settings) -> LoadSupergraph:
    """How to get the supergraph. A file is read at once; raises SupergraphError or SettingsError if it cannot be served."""
    supergraph = read_file(settings.supergraph.file or Path())
    check_subgraph_names(supergraph, settings.traffic)

    async def load() -> Supergraph:
        return supergraph

    return load


def read_file(path: Path) -> Supergraph:
    """The supergraph in a file. Raises SupergraphError."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SupergraphError(f"{path}: the supergraph cannot be read: {error}") from error
    try:
        return read_supergraph(source)
    except SupergraphError as error:
        raise SupergraphError(f"{path}: {error.message}", code=error.code) from error


def check_subgraph_names(supergraph: Supergraph, traffic: Traffic) -> None:
    """Every subgraph that the settings name must be in the supergraph. Raises SettingsError."""
    unknown = sorted(traffic.subgraphs.keys() - supergraph.subgraphs.keys())
    if unknown:
        raise SettingsError(
            f"traffic.subgraphs.{unknown[0]}: the supergraph has no such subgraph; it has {', '.join(supergraph.subgraphs)}."
        )
