"""A query plan as data, and its text and JSON form."""

from gateway.resolvers.query_plan.nodes import (
    EACH_ITEM,
    ContextInput,
    DeferredBlock,
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
    "DeferredBlock",
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
