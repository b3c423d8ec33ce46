"""Settings of where the supergraph comes from, and of what happens when a newer one comes."""

from pydantic import Field, model_validator

from gateway.settings.section import FilePath, Seconds, Section, Url
from gateway.types import SubgraphName


class SubgraphSource(Section):
    """One subgraph to compose."""

    url: Url
    """Where requests go."""
    sdl: FilePath | None = None
    """Its schema. Without a file the subgraph is asked for it: ``{ _service { sdl } }``."""


class Cdn(Section):
    """An address that answers a GET with the supergraph."""

    url: Url
    key: str | None = None
    """Sent as the header ``key_header``."""
    key_header: str = "x-hive-cdn-key"


class Uplink(Section):
    """A service that speaks Apollo's Uplink protocol."""

    graph_ref: str
    """``graph@variant``."""
    key: str
    endpoints: tuple[Url, ...] = ("https://uplink.api.apollographql.com/", "https://aws.uplink.api.apollographql.com/")
    """Asked in turn: the next one when one fails."""


class SupergraphSource(Section):
    """Where the supergraph comes from, and how newer ones are followed."""

    file: FilePath | None = None
    """A composed supergraph, as ``tongfen compose`` writes it. It is watched."""
    compose: dict[SubgraphName, SubgraphSource] = Field(default_factory=dict)
    """Subgraphs by name, composed at the start."""
    cdn: Cdn | None = None
    uplink: Uplink | None = None
    registry: str | None = None
    """The environment of the registry to serve, such as ``production``."""
    poll: Seconds = 10.0
    """How often ``cdn`` and ``uplink`` are asked."""
    last_good: FilePath | None = None
    """Where the last good supergraph is kept, to start from when its source is down."""
    drain: Seconds = 60.0
    """How long requests may still run on a supergraph that has been replaced."""

    @model_validator(mode="after")
    def check_one_source(self) -> "SupergraphSource":
        sources = (self.file, self.compose or None, self.cdn, self.uplink, self.registry)
        if sum(source is not None for source in sources) != 1:
            raise ValueError("give one of file, compose, cdn, uplink and registry under supergraph")
        return self
