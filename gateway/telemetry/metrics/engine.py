"""Counts what the engine tells of its work."""

from gateway.resolvers.engine import Plain
from gateway.resolvers.executor.compiled import Surprise, Uncompiled
from gateway.telemetry.metrics.figures import Figures


class EngineFigures:
    """An ``EngineObserver`` that counts."""

    def __init__(self, figures: Figures) -> None:
        self._reused = figures.counter("operations_reused", "Requests whose operation was ready.")
        self._prepared = figures.histogram(
            "prepare_seconds", "How long operations take to be read, validated and planned."
        )
        self._compiled = figures.histogram("compile_seconds", "How long operations take to be compiled.")
        self._compiled_runs = figures.counter("compiled_runs", "Operations that were run compiled.")
        self._plain_runs = figures.counter(
            "plain_runs", "Operations that were run by the plain executor, by why.", "reason"
        )
        self._fallbacks = figures.counter(
            "fallbacks", "Compiled operations that the plain executor took over, by why.", "reason"
        )

    def on_reused(self) -> None:
        """See ``EngineObserver``."""
        self._reused.add()

    def on_prepared(self, seconds: float) -> None:
        """See ``EngineObserver``."""
        self._prepared.observe(seconds)

    def on_compiled(self, seconds: float) -> None:
        """See ``EngineObserver``."""
        self._compiled.observe(seconds)

    def on_compiled_run(self) -> None:
        """See ``EngineObserver``."""
        self._compiled_runs.add()

    def on_plain_run(self, reason: Plain | Uncompiled) -> None:
        """See ``EngineObserver``."""
        self._plain_runs.add((reason.value,))

    def on_fallback(self, reason: Surprise) -> None:
        """See ``EngineObserver``."""
        self._fallbacks.add((reason.value,))
