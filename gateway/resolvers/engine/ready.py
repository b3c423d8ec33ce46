"""An operation that is ready to run, compiled once it has shown that it comes more than once."""

from dataclasses import dataclass, field
from typing import Final

from gateway.resolvers.executor import PreparedOperation
from gateway.resolvers.executor.compiled import CompiledOperation, NotCompiledError, compile_operation

WORTH_COMPILING: Final = 2
"""At which use an operation is compiled: those that come only once are not worth the milliseconds."""


@dataclass(slots=True)
class ReadyOperation:
    """A prepared operation, and its compiled form if it has one."""

    prepared: PreparedOperation
    _uses: int = 0
    _compiled: CompiledOperation | None = field(default=None)

    def compiled(self) -> CompiledOperation | None:
        """The compiled form; None before the second use, and for what only the plain executor can run."""
        if self._uses < WORTH_COMPILING:
            self._uses += 1
            if self._uses == WORTH_COMPILING:
                self._compiled = _compile(self.prepared)
        return self._compiled


def _compile(prepared: PreparedOperation) -> CompiledOperation | None:
    try:
        return compile_operation(prepared)
    except NotCompiledError:
        return None
