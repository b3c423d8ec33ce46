"""The search: insert demands one by one, the one that would lose most by waiting first, each where it is cheapest."""

import heapq
from dataclasses import dataclass
from typing import NamedTuple

from gateway.errors import PlanningError
from gateway.resolvers.planner.budget import Budget
from gateway.resolvers.planner.demands import Collector, Demand
from gateway.resolvers.planner.ledger import Ledger
from gateway.resolvers.planner.reaching import Reaching
from gateway.resolvers.planner.steps import Step
from gateway.resolvers.planner.tree import OperationPosition
from gateway.schema.query_graph import QueryGraph, Reach, Slot
from gateway.types import SubgraphName

_ONLY_ONE = 9.0
"""The regret of a demand with a single supplier: more than any difference of costs that matters."""


class _Rank(NamedTuple):
    """What comes first: what is free, then what has most to lose by waiting, then what is cheap, soon and near the root."""

    is_open: bool
    negative_regret: float
    negative_delay: float
    cost: float
    wave: int
    depth: int


class _Option(NamedTuple):
    """A slot that can meet a demand."""

    cost: float
    wave: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class _Choice:
    """How a demand would be met now: by ``slot``, or type by type (``is_exploded``)."""

    rank: _Rank
    slot: Slot
    is_exploded: bool = False


class Search:
    """One search: positions in, steps out."""

    def __init__(self, graph: QueryGraph, root: OperationPosition, roots: tuple[Slot, ...], *, budget: Budget) -> None:
        self.root = root
        self.ledger = Ledger()
        self.reaching = Reaching(graph, self.ledger, roots)
        self.collector = Collector(graph, self.reaching)
        self.graph = graph
        self.budget = budget
        self._chosen: dict[Demand, tuple[Reach, _Choice]] = {}

    def run(self) -> list[Step]:
        """The steps that bring everything the operation asks for, in the order they were opened.

        Raises PlanningError where something is out of reach, or the budget is used up.
        """
        self.collector.collect(self.root)
        self._insert_all(self.collector.demands)
        return list(self.ledger.steps.values())

    def _insert_all(self, demands: list[Demand]) -> None:
        heap = [(self._choose(demand).rank, number) for number, demand in enumerate(demands)]
        heapq.heapify(heap)
        while heap:
            _, number = heapq.heappop(heap)
            choice = self._choose(demands[number])
            if heap and choice.rank > heap[0][0]:
                heapq.heappush(heap, (choice.rank, number))
                continue
            self._insert(demands[number], choice)

    def _choose(self, demand: Demand) -> _Choice:
        """The cheapest way to meet a demand now, and what it would cost to lose it. Kept until what is in reach changes."""
        reach = self.reaching.reach(demand.position)
        kept = self._chosen.get(demand)
        if kept is not None and kept[0] is reach:
            return kept[1]
        self.budget.spend()
        choice = self._choose_from(reach, demand)
        self._chosen[demand] = (reach, choice)
        return choice

    def _choose_from(self, reach: Reach, demand: Demand) -> _Choice:
        options = self._options(reach, demand)
        if options and options[0].cost == 0:
            return _Choice(_Rank(False, 0, 0, 0, 0, 0), options[0].slot)
        depth = demand.position.depth
        exploded = self.reaching.committer.evaluator.cheapest_explosion(reach, demand.field)
        if exploded is not None and (not options or exploded[0] < options[0][:2]):
            need, slot = exploded
            return _Choice(_Rank(True, 0, 0, need.cost, need.wave, depth), slot, is_exploded=True)
        if not options:
            raise PlanningError(f"No subgraph can give {demand.position.type}.{demand.field.name} here.")
        best = options[0]
        regret = options[1].cost - best.cost if len(options) > 1 else _ONLY_ONE
        delay = options[1].wave - best.wave if len(options) > 1 else _ONLY_ONE
        return _Choice(_Rank(True, -regret, -delay, best.cost, best.wave, depth), best.slot)

    def _options(self, reach: Reach, demand: Demand) -> list[_Option]:
        """The best slot of each subgraph that can meet a demand, cheapest first."""
        by_graph: dict[SubgraphName, _Option] = {}
        suppliers = self.graph.suppliers(demand.field.name)
        for slot, entry in reach.table.items():
            if demand.is_presence or suppliers[slot] is not None:
                option = _Option(entry.cost, entry.wave, slot)
                if slot.graph not in by_graph or option < by_graph[slot.graph]:
                    by_graph[slot.graph] = option
        return sorted(by_graph.values())

    def _insert(self, demand: Demand, choice: _Choice) -> None:
        reach = self.reaching.reach(demand.position)
        if choice.is_exploded:
            self._insert_exploded(reach, demand, choice.slot)
        else:
            node = self.reaching.committer.commit(reach, choice.slot)
            node.is_present |= demand.is_presence
            for guards in demand.wanted:
                node.want(demand.key, demand.field, guards)

    def _insert_exploded(self, reach: Reach, demand: Demand, source: Slot) -> None:
        committer = self.reaching.committer
        for branch in list(committer.evaluator.explosion(reach, source, demand.field)):
            slot = committer.evaluator.cheapest(branch.table, demand.field.name)
            if slot is None:
                raise PlanningError(f"No subgraph can give {branch.position.type}.{demand.field.name} here.")
            node = committer.commit(branch, slot)
            for guards in demand.wanted:
                node.want(demand.key, demand.field, guards)
