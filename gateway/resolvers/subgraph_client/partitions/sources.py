"""What the response's ``extensions.sources`` say of each member that was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.errors import SubgraphError
from gateway.resolvers import codes
from gateway.resolvers.subgraph_client.partitions.members import PartitionName
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.subgraph_client.transport import Failure, TransportError

SOURCES: Final = "sources"
OK: Final = "OK"
ERROR: Final = "ERROR"
SKIPPED: Final = "SKIPPED"
"""It was not asked: it can have nothing on the page that is wanted."""


@dataclass(frozen=True, slots=True)
class Source:
    """One member's part in an answer: how it did, in how many seconds, and how many rows of it came."""

    partition: PartitionName
    status: str
    seconds: float
    rows: int = 0


def status_of(error: SubgraphError) -> str:
    """The one word for a failure."""
    if error.code == codes.SUBREQUEST_CIRCUIT_OPEN:
        return "OPEN"
    if error.code == codes.PARTITION_UNSUPPORTED:
        return "UNSUPPORTED"
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, TransportError):
        cause = cause.__cause__
    return "TIMEOUT" if cause is not None and cause.failure is Failure.TIMED_OUT else ERROR


def report_sources(request: SubgraphRequest, sources: Sequence[Source]) -> None:
    """Tell the client of all members that were asked."""
    if request.context is None:
        return
    for source in sources:
        request.context.report(
            SOURCES,
            {
                "subgraph": request.subgraph,
                "partition": source.partition,
                "status": source.status,
                "durationMs": round(source.seconds * 1000, 1),
                "rows": source.rows,
                "ageSeconds": 0,
            },
        )
