"""Settings of how subgraphs are reached."""

from pydantic import Field

from gateway.settings.section import Count, HeaderName, Seconds, Section, Url
from gateway.types import SubgraphName


class SubgraphTraffic(Section):
    """How one subgraph is reached; what is not given here is as for all."""

    url: Url | None = None
    """Instead of the address in the supergraph."""
    timeout: Seconds | None = None
    headers: tuple[HeaderName, ...] | None = None


class Traffic(Section):
    """How subgraphs are reached."""

    timeout: Seconds = 30.0
    """For one request to one subgraph."""
    connections: Count = 100
    """To one subgraph, at the same time."""
    response_bytes: Count = 100_000_000
    """The longest body that is taken from a subgraph."""
    headers: tuple[HeaderName, ...] = ()
    """The client's headers that are passed on."""
    subgraphs: dict[SubgraphName, SubgraphTraffic] = Field(default_factory=dict)
