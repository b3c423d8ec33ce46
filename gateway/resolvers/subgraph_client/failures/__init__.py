"""What is done about a subgraph that fails: asked once more where that is safe, and left alone while it keeps failing."""

from gateway.resolvers.subgraph_client.failures.breaker import BreakerPolicy, BreakerState
from gateway.resolvers.subgraph_client.failures.retry import RetryPolicy
from gateway.resolvers.subgraph_client.failures.transport import FailurePolicy, ResilientTransport
from gateway.resolvers.subgraph_client.failures.uploads import GuardedUploads

__all__ = ["BreakerPolicy", "BreakerState", "FailurePolicy", "GuardedUploads", "ResilientTransport", "RetryPolicy"]
