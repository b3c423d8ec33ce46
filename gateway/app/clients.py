"""The onion of subgraph clients, put together from settings."""

import ssl
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from gateway.app.endpoints import endpoint
from gateway.app.headers import with_response_headers
from gateway.app.on_demand import AiohttpPart, UploadsOnDemand, open_aiohttp
from gateway.app.parts import Parts
from gateway.errors import SettingsError
from gateway.resolvers.subgraph_client import (
    Endpoint,
    HttpClient,
    LeanTransport,
    PoolingTransport,
    SubgraphClient,
)
from gateway.resolvers.subgraph_client.failures import (
    BreakerPolicy,
    FailurePolicy,
    GuardedUploads,
    ResilientTransport,
    RetryPolicy,
)
from gateway.resolvers.subgraph_client.local import LocalClient
from gateway.resolvers.subgraph_client.partitions import (
    MemberBook,
    MemberEndpoints,
    PartitionedClient,
    PartitionOptions,
    server_name,
)
from gateway.resolvers.subgraph_client.protocol import EventSource
from gateway.resolvers.subgraph_client.sharing import SharingClient
from gateway.schema.supergraph import Supergraph
from gateway.settings import SubgraphTraffic, Traffic
from gateway.types import SubgraphName


def make_client(
    supergraph: Supergraph, traffic: Traffic, parts: Parts, streams: EventSource | None = None
) -> SubgraphClient:
    """A client for every subgraph: its address and timeout by the settings, else the supergraph's address and the common timeout.

    What wraps what, from the outside in: response headers, caching, sharing, partitions, subgraphs in this process, telemetry, failure handling, HTTP.
    ``streams`` brings the events of subscriptions.
    """
    endpoints = {name: endpoint(supergraph, name, traffic) for name in supergraph.subgraphs}
    carrier = make_transport(traffic)
    transport = ResilientTransport(carrier, failure_policies(endpoints, parts.members, traffic))
    parts.telemetry.watch_transport(carrier, transport, lambda: servers(endpoints, parts.members))
    client = parts.telemetry.client(
        HttpClient(
            MemberEndpoints(endpoints, parts.members),
            transport,
            deadline_header=traffic.deadline_header,
            streams=streams,
            uploads=GuardedUploads(UploadsOnDemand(partial(make_aiohttp, traffic)), transport),
        )
    )
    if parts.local:
        client = LocalClient(client, parts.local)
    client = PartitionedClient(
        client,
        parts.members,
        supergraph,
        PartitionOptions(
            lambda name: endpoints[name].timeout,
            in_flight=traffic.fan_out.in_flight,
            hedge_after=traffic.fan_out.hedge_after,
            retry_seconds=traffic.fan_out.resubscribe,
        ),
    )
    client = with_sharing(client, traffic)
    client = client if parts.cache is None else parts.cache.wrap(client, supergraph)
    return with_response_headers(client, traffic.response_headers)


def servers(endpoints: Mapping[SubgraphName, Endpoint], book: MemberBook) -> Iterator[tuple[str, str]]:
    """The name and address of each server that there is now: of subgraphs, and of the members of those that have some."""
    for name, own in endpoints.items():
        members = book.of(name).values()
        if not members:
            yield name, own.url
        for member in members:
            for number, url in enumerate(member.urls):
                yield server_name(name, member.partition, number), url


def make_transport(traffic: Traffic) -> PoolingTransport:
    """What carries requests. Raises SettingsError where certificates cannot be read, or proxies are asked of what knows none."""
    if traffic.transport == "aiohttp":
        return make_aiohttp(traffic)
    tls = read_authorities(traffic.ca) if traffic.ca is not None else None
    if traffic.proxies:
        raise SettingsError("traffic.proxies: the lean transport knows no proxies; set traffic.transport to aiohttp.")
    return LeanTransport(limit=traffic.connections, max_body_bytes=traffic.response_bytes, tls=tls)


def make_aiohttp(traffic: Traffic) -> AiohttpPart:
    """What carries requests by aiohttp. Raises SettingsError where certificates cannot be read."""
    tls = read_authorities(traffic.ca) if traffic.ca is not None else None
    return open_aiohttp(
        limit=traffic.connections, max_body_bytes=traffic.response_bytes, tls=tls, use_proxies=traffic.proxies
    )


def read_authorities(path: Path) -> ssl.SSLContext:
    """What trusts the certificates in a file, and no others. Raises SettingsError."""
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"traffic.ca: {path} cannot be read as certificates in PEM: {error}") from error


def with_sharing(client: SubgraphClient, traffic: Traffic) -> SubgraphClient:
    """The client itself where no subgraph's requests are shared."""
    shares = sharing(traffic)
    return client if shares is None else SharingClient(client, shares=shares)


def sharing(traffic: Traffic) -> Callable[[SubgraphName], bool] | None:
    """Tells for which subgraphs equal requests in flight are one; None where that is none of them."""
    own = {name: each.share_requests for name, each in traffic.subgraphs.items() if each.share_requests is not None}
    if not (traffic.share_requests or any(own.values())):
        return None
    return lambda name: own.get(name, traffic.share_requests)


def failure_policies(
    endpoints: Mapping[SubgraphName, Endpoint], book: MemberBook, traffic: Traffic
) -> Callable[[str], FailurePolicy]:
    """What is done about failures of the server at an address: a subgraph's, or one of its members', who may just have gone."""
    owners = {endpoint.url: name for name, endpoint in endpoints.items()}
    return lambda url: failure_policy(book.owner(url) or owners.get(url, ""), traffic)


def failure_policy(name: SubgraphName, traffic: Traffic) -> FailurePolicy:
    """What is done about failures of one subgraph's servers."""
    own = traffic.subgraphs.get(name, SubgraphTraffic())
    retry, breaker = own.retry or traffic.retry, own.breaker or traffic.breaker
    return FailurePolicy(
        retry=RetryPolicy(retry.attempts, retry.budget, retry.base) if retry.attempts > 1 else None,
        breaker=BreakerPolicy(
            breaker.window, breaker.min_requests, breaker.failure_ratio, breaker.open, breaker.max_open
        )
        if breaker.enabled
        else None,
    )
