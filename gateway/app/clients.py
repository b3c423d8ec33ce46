"""The onion of subgraph clients, put together from settings."""

from gateway.resolvers.subgraph_client import Endpoint, HttpClient, LeanTransport, SubgraphClient
from gateway.schema.supergraph import Supergraph
from gateway.settings import SubgraphTraffic, Traffic
from gateway.types import SubgraphName


def make_client(supergraph: Supergraph, traffic: Traffic) -> SubgraphClient:
    """A client for every subgraph: its address and timeout by the settings, else the supergraph's address and the common timeout.

    What wraps what, from the outside in: caching, sharing, partitions, failure handling, HTTP.
    """
    transport = LeanTransport(limit=traffic.connections, max_body_bytes=traffic.response_bytes)
    return HttpClient({name: endpoint(supergraph, name, traffic) for name in supergraph.subgraphs}, transport)


def endpoint(supergraph: Supergraph, name: SubgraphName, traffic: Traffic) -> Endpoint:
    own = traffic.subgraphs.get(name, SubgraphTraffic())
    return Endpoint(own.url or supergraph.subgraphs[name].url, own.timeout or traffic.timeout)
