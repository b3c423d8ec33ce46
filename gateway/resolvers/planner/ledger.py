"""The ledger: every step that is paid for, and what one more would cost."""

from gateway.resolvers.planner.steps import Node, Step
from gateway.resolvers.planner.tree import OperationPosition
from gateway.schema.query_graph import Position, Slot
from gateway.types import SubgraphName

BATCHED = 0.3
"""The price of a step that joins a request which is sent anyway: not a request, but not nothing."""


class Ledger:
    """Steps by place, and nodes by position and slot. ``version`` counts changes, so that tables know when they are stale."""

    def __init__(self) -> None:
        self.steps: dict[tuple[SubgraphName, Position, int], Step] = {}
        self.nodes: dict[tuple[Position, Slot], Node] = {}
        self.waves: set[tuple[SubgraphName, int]] = set()
        self.version = 0
        self.changed: dict[Position, int] = {}

    def price(self, graph: SubgraphName, position: Position, wave: int) -> float:
        """Nothing for a step that is there, little for one more entity in a request that is there, else a whole request."""
        if (graph, position, wave) in self.steps:
            return 0
        return BATCHED if (graph, wave) in self.waves else 1

    def step(self, graph: SubgraphName, position: OperationPosition, wave: int, *, is_root: bool) -> Step:
        """The step at a place, opened now if it is not there."""
        key = (graph, position, wave)
        step = self.steps.get(key)
        if step is None:
            step = self.steps[key] = Step(graph, position, wave, len(self.steps), is_root)
            if not is_root:
                self.waves.add((graph, wave))
        return step

    def enter(self, node: Node) -> None:
        """Record that a node is paid for: its slot is free from its wave on."""
        self.nodes[node.position, node.slot] = node
        node.position.active[node.slot] = node.wave
        self.touch(node.position)

    def touch(self, position: Position) -> None:
        """Tables of this position and of those below are stale."""
        self.version += 1
        self.changed[position] = self.version

    def is_fresh(self, position: Position, version: int) -> bool:
        """Whether nothing changed here or above since ``version``."""
        at: Position | None = position
        while at is not None:
            if self.changed.get(at, 0) > version:
                return False
            at = at.parent
        return True
