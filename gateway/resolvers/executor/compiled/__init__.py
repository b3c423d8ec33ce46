"""Operations compiled to Python: optimistic, and with the plain executor behind them for every rare case."""

from gateway.resolvers.executor.compiled.answer_tree import NotCompiledError
from gateway.resolvers.executor.compiled.compilation import CompiledOperation, SurpriseError, compile_operation
from gateway.resolvers.executor.compiled.replay import ReplayClient
from gateway.resolvers.executor.compiled.run import CompiledRun

__all__ = [
    "CompiledOperation",
    "CompiledRun",
    "NotCompiledError",
    "ReplayClient",
    "SurpriseError",
    "compile_operation",
]
