"""What is in reach of each position of the operation, kept until a commit changes it."""

from collections.abc import Iterable

from gateway.resolvers.planner.committing import Committer
from gateway.resolvers.planner.ledger import Ledger
from gateway.resolvers.planner.tree import OperationPosition
from gateway.schema.query_graph import Entry, QueryGraph, Reach, RootCall, Slot, Table


class Reaching:
    """Tables of the operation's own positions. ``roots`` are the root slots that may be called."""

    def __init__(self, graph: QueryGraph, ledger: Ledger, roots: Iterable[Slot]) -> None:
        self.graph = graph
        self.ledger = ledger
        self.committer = Committer(graph, ledger)
        self.roots = tuple(roots)
        self._kept: dict[OperationPosition, tuple[int, Reach]] = {}

    def reach(self, position: OperationPosition) -> Reach:
        """The slots in reach of a position, at today's prices."""
        kept = self._kept.get(position)
        if kept is not None and self.ledger.is_fresh(position, kept[0]):
            return kept[1]
        version = self.ledger.version
        if position.parent is None:
            found = self._reach_root(position)
        else:
            parent = self.reach(position.parent)
            evaluator = self.committer.evaluator
            found = evaluator.close(position, evaluator.arrive(position, parent.table), parent)
        self._kept[position] = (version, found)
        return found

    def _reach_root(self, position: OperationPosition) -> Reach:
        """The root's table, where a call of a subgraph that is called anyway is free."""
        table: Table = {}
        for slot in self.roots:
            cost = 0 if (slot.graph, position, 0) in self.ledger.steps else 1
            table[slot] = Entry(cost, 0, (id(position), slot), RootCall())
        return Reach(position, table)

    def force(self, position: OperationPosition) -> None:
        """Commit the arrival at a position where there is only one: whatever is wanted there needs it."""
        if position.parent is None:
            return
        parent = self.reach(position.parent)
        arrivals = self.committer.evaluator.arrive(position, parent.table)
        if len(arrivals) == 1:
            (slot,) = arrivals
            self.committer.commit(Reach(position, arrivals, parent), slot)
