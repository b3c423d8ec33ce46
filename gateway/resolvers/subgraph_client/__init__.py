"""How requests reach subgraphs: one protocol, wrapped like an onion."""

from gateway.resolvers.subgraph_client.protocol import SubgraphClient, SubgraphRequest, SubgraphResponse

__all__ = ["SubgraphClient", "SubgraphRequest", "SubgraphResponse"]
