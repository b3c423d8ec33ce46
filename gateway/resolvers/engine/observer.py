"""What an engine tells of its work: a port that telemetry implements, so that the engine knows no metrics."""

from enum import StrEnum
from typing import Final, Protocol

from gateway.resolvers.executor.compiled import Surprise, Uncompiled


class Plain(StrEnum):
    """Why an operation that could be compiled ran plain."""

    SWITCHED_OFF = "switched_off"
    FIRST_USE = "first_use"
    PLAN_SHOWN = "plan_shown"
    """The client asked to see the plan."""
    FILES = "files"
    """The client sends files."""
    FORBIDDEN = "forbidden"
    """The user may not see all of it."""


class EngineObserver(Protocol):
    """Called on the event loop, once for each thing that happens; must return at once and never raise.

    Every reason is one of a closed list, so each may be a label of a metric.
    """

    def on_reused(self) -> None:
        """A request's operation was ready."""
        ...

    def on_prepared(self, seconds: float) -> None:
        """A request's operation was read, validated and planned, which took so long."""
        ...

    def on_compiled(self, seconds: float) -> None:
        """An operation was compiled, which took so long."""
        ...

    def on_compiled_run(self) -> None:
        """A compiled operation is run."""
        ...

    def on_plain_run(self, reason: Plain | Uncompiled) -> None:
        """An operation is run by the plain executor from the start."""
        ...

    def on_fallback(self, reason: Surprise) -> None:
        """A compiled operation gave up, and the plain executor took over."""
        ...


class Unobserved:
    """An ``EngineObserver`` that nobody listens to."""

    def on_reused(self) -> None: ...

    def on_prepared(self, seconds: float) -> None: ...

    def on_compiled(self, seconds: float) -> None: ...

    def on_compiled_run(self) -> None: ...

    def on_plain_run(self, reason: Plain | Uncompiled) -> None: ...

    def on_fallback(self, reason: Surprise) -> None: ...


UNOBSERVED: Final = Unobserved()
