"""One request, from its text to its response."""

from gateway.resolvers.engine.answers import WholeAnswers, read_varying
from gateway.resolvers.engine.engine import Engine, EngineOptions, PlanOperation
from gateway.resolvers.engine.observer import UNOBSERVED, EngineObserver, Plain, Unobserved
from gateway.resolvers.engine.prepared_cache import KnownOperation

__all__ = [
    "UNOBSERVED",
    "Engine",
    "EngineObserver",
    "EngineOptions",
    "KnownOperation",
    "Plain",
    "PlanOperation",
    "Unobserved",
    "WholeAnswers",
    "read_varying",
]
