"""From settings to what brings the events of subgraphs' subscriptions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gateway.app.endpoints import endpoint
from gateway.resolvers.subgraph_client.partitions import MemberBook
from gateway.resolvers.subgraph_client.streams import (
    StreamOptions,
    StreamProtocol,
    StreamSource,
    StreamTarget,
    WhenSlow,
)
from gateway.resolvers.subgraph_client.streams.callbacks import CallbackBook
from gateway.schema.supergraph import Supergraph
from gateway.settings import Settings, SubgraphSubscriptions, SubgraphTraffic, Subscriptions, Traffic
from gateway.types import SubgraphName


def make_streams(
    supergraph: Supergraph, settings: Settings, book: MemberBook, callbacks: CallbackBook | None
) -> StreamSource:
    """What brings the events of every subgraph, and of their members."""
    targets = {name: target(supergraph, name, settings.traffic) for name in supergraph.subgraphs}
    return StreamSource(MemberTargets(targets, book), stream_options(settings.subscriptions), callbacks)


class MemberTargets(Mapping[SubgraphName, StreamTarget]):
    """Where subscriptions go: to subgraphs, and by their servers' names to members, in the way that their subgraph is subscribed to."""

    def __init__(self, targets: Mapping[SubgraphName, StreamTarget], book: MemberBook) -> None:
        self._targets, self._book = targets, book

    def __getitem__(self, name: SubgraphName) -> StreamTarget:
        own = self._targets.get(name)
        if own is not None:
            return own
        found = self._book.find(name)
        if found is None:
            raise KeyError(name)
        subgraph, url = found
        return replace(self._targets[subgraph], url=url)

    def __iter__(self) -> Iterator[SubgraphName]:
        return iter(self._targets)

    def __len__(self) -> int:
        return len(self._targets)


def target(supergraph: Supergraph, name: SubgraphName, traffic: Traffic) -> StreamTarget:
    own = traffic.subgraphs.get(name, SubgraphTraffic()).subscriptions or SubgraphSubscriptions()
    usual = endpoint(supergraph, name, traffic)
    return StreamTarget(
        own.url or usual.url,
        StreamProtocol(own.protocol.value),
        timeout=usual.timeout,
        heartbeat=own.heartbeat,
        max_bytes=traffic.response_bytes,
        query_url=usual.url,
    )


def stream_options(settings: Subscriptions) -> StreamOptions:
    return StreamOptions(
        buffer=settings.buffer,
        when_slow=WhenSlow(settings.when_slow.value),
        share=settings.share,
        reconnects=settings.reconnects,
    )
