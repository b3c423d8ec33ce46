"""Where a subgraph is, by the settings and the supergraph."""

from gateway.resolvers.subgraph_client import Endpoint
from gateway.schema.supergraph import Supergraph
from gateway.settings import SubgraphTraffic, Traffic
from gateway.types import SubgraphName


def endpoint(supergraph: Supergraph, name: SubgraphName, traffic: Traffic) -> Endpoint:
    """Its address and timeout by the settings, else the supergraph's address and the common timeout."""
    own = traffic.subgraphs.get(name, SubgraphTraffic())
    return Endpoint(own.url or supergraph.subgraphs[name].url, own.timeout or traffic.timeout)
