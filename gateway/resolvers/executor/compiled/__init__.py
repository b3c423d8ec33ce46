"""Operations compiled to Python: optimistic, and with the plain executor behind them for every rare case."""

from gateway.resolvers.executor.compiled.compilation import CompiledOperation, compile_operation
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Surprise, SurpriseError, Uncompiled
from gateway.resolvers.executor.compiled.replay import ReplayClient
from gateway.resolvers.executor.compiled.run import CompiledRun
from gateway.resolvers.executor.compiled.text import print_compiled
from gateway.resolvers.executor.compiled.traces import Traces

__all__ = [
    "CompiledOperation",
    "CompiledRun",
    "NotCompiledError",
    "ReplayClient",
    "Surprise",
    "SurpriseError",
    "Traces",
    "Uncompiled",
    "compile_operation",
    "print_compiled",
]
