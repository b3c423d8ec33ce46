"""From settings to what brings the events of subgraphs' subscriptions."""

from gateway.app.clients import endpoint
from gateway.resolvers.subgraph_client.streams import (
    StreamOptions,
    StreamProtocol,
    StreamSource,
    StreamTarget,
    WhenSlow,
)
from gateway.schema.supergraph import Supergraph
from gateway.settings import Settings, SubgraphSubscriptions, SubgraphTraffic, Subscriptions, Traffic
from gateway.types import SubgraphName


def make_streams(supergraph: Supergraph, settings: Settings) -> StreamSource:
    """What brings the events of every subgraph."""
    targets = {name: target(supergraph, name, settings.traffic) for name in supergraph.subgraphs}
    return StreamSource(targets, stream_options(settings.subscriptions))


def target(supergraph: Supergraph, name: SubgraphName, traffic: Traffic) -> StreamTarget:
    own = traffic.subgraphs.get(name, SubgraphTraffic()).subscriptions or SubgraphSubscriptions()
    usual = endpoint(supergraph, name, traffic)
    return StreamTarget(
        own.url or usual.url,
        StreamProtocol(own.protocol.value),
        timeout=usual.timeout,
        heartbeat=own.heartbeat,
        max_bytes=traffic.response_bytes,
    )


def stream_options(settings: Subscriptions) -> StreamOptions:
    return StreamOptions(
        buffer=settings.buffer,
        when_slow=WhenSlow(settings.when_slow.value),
        share=settings.share,
        reconnects=settings.reconnects,
    )
