"""One engine, several observers."""

from collections.abc import Sequence

from gateway.resolvers.engine import EngineObserver, Plain
from gateway.resolvers.executor.compiled import Surprise, Uncompiled


class Observers:
    """An ``EngineObserver`` that tells others, in their order."""

    def __init__(self, others: Sequence[EngineObserver]) -> None:
        self._others = others

    def on_reused(self) -> None:
        """See ``EngineObserver``."""
        for other in self._others:
            other.on_reused()

    def on_prepared(self, seconds: float) -> None:
        """See ``EngineObserver``."""
        for other in self._others:
            other.on_prepared(seconds)

    def on_compiled(self, seconds: float) -> None:
        """See ``EngineObserver``."""
        for other in self._others:
            other.on_compiled(seconds)

    def on_compiled_run(self) -> None:
        """See ``EngineObserver``."""
        for other in self._others:
            other.on_compiled_run()

    def on_plain_run(self, reason: Plain | Uncompiled) -> None:
        """See ``EngineObserver``."""
        for other in self._others:
            other.on_plain_run(reason)

    def on_fallback(self, reason: Surprise) -> None:
        """See ``EngineObserver``."""
        for other in self._others:
            other.on_fallback(reason)
