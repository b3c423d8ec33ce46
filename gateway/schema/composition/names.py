"""The names of subgraphs: told apart, and none that the specification keeps for itself."""

from collections import Counter
from collections.abc import Iterator, Sequence

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.composition.result import Subgraph
from gateway.schema.subgraph.report import subgraph_error

_RESERVED = "_"


def check_names(subgraphs: Sequence[Subgraph]) -> Iterator[CompositionError]:
    """Each subgraph has a name of its own that is not empty."""
    for name, count in Counter(subgraph.name for subgraph in subgraphs).items():
        if name == _RESERVED:
            message = f'A subgraph cannot be called "{name}": the name is reserved.'
        elif not name.strip():
            message = "A subgraph has no name."
        elif count > 1:
            message = f'{count} subgraphs are called "{name}"; each needs a name of its own.'
        else:
            continue
        yield subgraph_error(ErrorCode.INVALID_SUBGRAPH_NAME, name, message)
