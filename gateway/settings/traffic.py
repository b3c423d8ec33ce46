"""Settings of how subgraphs are reached."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.settings.fan_out import FanOut, MemberSource, Partition
from gateway.settings.headers import HeaderRulesSetting, ResponseHeaders
from gateway.settings.section import Count, FilePath, HeaderName, Seconds, Section, Share, Url
from gateway.settings.subscriptions import SubgraphSubscriptions
from gateway.types import SubgraphName


class Retry(Section):
    """When a query is sent once more."""

    attempts: Annotated[int, Field(ge=1, le=10)] = 2
    """How often a query is sent in all. 1 never sends it again. A mutation is never sent again."""
    budget: Share = 0.2
    """Retries to one server are at most this share of the requests to it, but for the first ten."""
    base: Seconds = 0.05
    """The longest wait before the first retry; each further one may take twice as long."""


class Breaker(Section):
    """When a server is left alone."""

    enabled: bool = True
    window: Seconds = 10.0
    """Failures are counted for so long, then from zero again."""
    min_requests: Count = 20
    """With fewer requests in a window nothing is concluded."""
    failure_ratio: Share = 0.5
    """The share of requests that must have failed."""
    open: Seconds = 2.0
    """For how long nothing is sent before one request tries again; twice as long after each try that fails."""
    max_open: Seconds = 30.0


class SubgraphTraffic(Section):
    """How one subgraph is reached; what is not given here is as for all."""

    url: Url | None = None
    """Instead of the address in the supergraph."""
    timeout: Seconds | None = None
    retry: Retry | None = None
    breaker: Breaker | None = None
    subscriptions: SubgraphSubscriptions | None = None
    share_requests: bool | None = None
    stream: bool = False
    """Whether it answers ``@stream`` item by item."""
    headers: HeaderRulesSetting | None = None
    """Instead of the rules for all."""
    members: dict[Partition, MemberSource] = Field(default_factory=dict)
    """Who has which part of its data, by partition. Members that a registry knows are there, too."""


class Traffic(Section):
    """How subgraphs are reached."""

    timeout: Seconds = 30.0
    """For one request to one subgraph."""
    deadline: Seconds | None = 60.0
    """For all that one request of a client takes; null for as long as it takes."""
    deadline_header: HeaderName | None = None
    """Tells subgraphs how many milliseconds are left."""
    retry: Retry = Retry()
    breaker: Breaker = Breaker()
    share_requests: bool = True
    """Whether equal queries to one subgraph that are under way at the same time are one request."""
    transport: Literal["lean", "aiohttp"] = "lean"
    """What carries requests: the lean one is faster, aiohttp knows proxies."""
    ca: FilePath | None = None
    """Whose certificates are trusted instead of the system's, in PEM."""
    proxies: bool = False
    """Whether aiohttp goes through the proxies that the environment names."""
    connections: Count = 100
    """To one subgraph, at the same time."""
    response_bytes: Count = 100_000_000
    """The longest body that is taken from a subgraph."""
    fan_out: FanOut = FanOut()
    """How many members of one subgraph are asked at once."""
    headers: HeaderRulesSetting = ()
    """What goes on to subgraphs."""
    response_headers: ResponseHeaders = ()
    """What comes back from subgraphs to clients."""
    subgraphs: dict[SubgraphName, SubgraphTraffic] = Field(default_factory=dict)
