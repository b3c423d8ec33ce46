"""One request, from its text to its response."""

from gateway.resolvers.engine.engine import Engine, EngineOptions, PlanOperation

__all__ = ["Engine", "EngineOptions", "PlanOperation"]
