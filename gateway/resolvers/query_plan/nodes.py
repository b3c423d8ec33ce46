"""A query plan as data: the requests to send, where their inputs come from and where their answers go.

A plan is a graph of fetches, not a tree: each fetch names those it waits for, and an executor starts it as soon as these are
done. The usual tree of Sequence and Parallel is made from it for display only.
"""

from dataclasses import dataclass
from typing import Any

from gateway.resolvers.query_plan.fetch import (
    EACH_ITEM,
    ContextInput,
    DeferredBlock,
    EntityInput,
    EntityPart,
    Fetch,
    OnTypes,
    Path,
    PathSegment,
    Rename,
    RootPart,
)
from gateway.resolvers.query_plan.json_form import plan_to_json
from gateway.resolvers.query_plan.text import print_plan
from gateway.resolvers.query_plan.tree import in_waves
from gateway.types import OperationKind

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


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """All fetches of one operation, each after those it depends on.

    Empty where nothing needs fetching. For a subscription the first fetch is the source of events, and the rest runs per event.
    ``str(plan)`` is the usual text form, ``plan.to_json()`` the usual JSON form.
    """

    kind: OperationKind
    fetches: tuple[Fetch, ...]
    deferred: tuple[DeferredBlock, ...] = ()

    @property
    def depth(self) -> int:
        """How many requests must follow one another."""
        return len(in_waves(self.fetches))

    def __str__(self) -> str:
        return print_plan(self.kind, self.fetches, self.deferred)

    def to_json(self) -> dict[str, Any]:
        return plan_to_json(self.kind, self.fetches, self.deferred)
