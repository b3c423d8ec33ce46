"""How requests reach subgraphs: one protocol, wrapped like an onion."""

from gateway.resolvers.subgraph_client.http_client import Endpoint, HttpClient, encode_request, read_answer
from gateway.resolvers.subgraph_client.in_process import InProcessClient
from gateway.resolvers.subgraph_client.lean import LeanTransport
from gateway.resolvers.subgraph_client.protocol import Events, SubgraphClient, SubgraphRequest, SubgraphResponse
from gateway.resolvers.subgraph_client.response_headers import ResponseHeaderClient
from gateway.resolvers.subgraph_client.transport import HttpAnswer, HttpTransport, LastingAnswer, PoolingTransport

__all__ = [
    "Endpoint",
    "Events",
    "HttpAnswer",
    "HttpClient",
    "HttpTransport",
    "InProcessClient",
    "LastingAnswer",
    "LeanTransport",
    "PoolingTransport",
    "ResponseHeaderClient",
    "SubgraphClient",
    "SubgraphRequest",
    "SubgraphResponse",
    "encode_request",
    "read_answer",
]
