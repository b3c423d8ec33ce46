"""What a plan is, and its text and JSON forms."""

from gateway.resolvers.query_plan.nodes import (
    EACH_ITEM,
    ContextInput,
    EntityInput,
    EntityPart,
    Fetch,
    OnTypes,
    Path,
    PathSegment,
    QueryPlan,
    Rename,
    RootPart,
)

__all__ = [
    "EACH_ITEM",
    "ContextInput",
    "EntityInput",
    "EntityPart",
    "Fetch",
    "OnTypes",
    "Path",
    "PathSegment",
    "QueryPlan",
    "Rename",
    "RootPart",
]
