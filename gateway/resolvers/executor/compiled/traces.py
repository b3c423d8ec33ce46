"""What came of runs all of whose answers last: an equal run that is given the very same answers has the same data.

Caches give an answer as the same object for as long as it counts. Then nothing need be decoded, collected and encoded again, but every
subgraph's client is asked all the same: it decides what counts, reports it, and counts it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from gateway.resolvers.executor.compiled.compilation import CompiledOperation
from gateway.resolvers.subgraph_client import HttpAnswer
from gateway.types import SubgraphName

MOST_BYTES: Final = 16_000_000


class Step(NamedTuple):
    """One request and its answer."""

    subgraph: SubgraphName
    variables: Mapping[str, Any]
    body: bytes
    answer: HttpAnswer


class Trace(NamedTuple):
    """One run: its requests by the fetches' ids (what is not there was not asked), and its data as JSON."""

    operation: CompiledOperation
    steps: Mapping[int, Step]
    data: bytes

    @property
    def size(self) -> int:
        """How many bytes it keeps alive."""
        return len(self.data) + sum(len(step.body) + len(step.answer.body) for step in self.steps.values())


class Traces:
    """The traces used last, in all no more than ``MOST_BYTES``."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, bytes], Trace] = OrderedDict()
        self._size = 0

    def find(self, operation: CompiledOperation, variables: Mapping[str, Any]) -> Trace | None:
        """The trace of an equal run."""
        if not self._kept:
            return None
        name = name_of(operation, variables)
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def keep(self, trace: Trace, variables: Mapping[str, Any]) -> None:
        """Keep a trace; it takes the place of an older one of the same operation and variables."""
        name = name_of(trace.operation, variables)
        self._forget(name)
        self._kept[name] = trace
        self._size += trace.size
        while self._size > MOST_BYTES:
            self._forget(next(iter(self._kept)))

    def _forget(self, name: tuple[int, bytes]) -> None:
        trace = self._kept.pop(name, None)
        if trace is not None:
            self._size -= trace.size


def name_of(operation: CompiledOperation, variables: Mapping[str, Any]) -> tuple[int, bytes]:
    """Equal for equal runs. The operation is kept alive by its traces, so no other has its number."""
    return id(operation), msgspec.json.encode(variables) if variables else b""
