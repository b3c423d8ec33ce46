"""Plan one operation: read it into positions, search, settle, and make fetches of what was found."""

from collections.abc import Callable
from dataclasses import replace

from gateway.errors import PlanningError
from gateway.resolvers.operation import Operation
from gateway.resolvers.planner.budget import Budget
from gateway.resolvers.planner.fetches import FetchMaker
from gateway.resolvers.planner.root_fields import RootField, root_fields
from gateway.resolvers.planner.search import Search
from gateway.resolvers.planner.settling import settle
from gateway.resolvers.planner.steps import Step
from gateway.resolvers.planner.tree import Tree, read_tree
from gateway.resolvers.query_plan import DeferredBlock, Fetch, QueryPlan
from gateway.schema.query_graph import TYPENAME, QueryGraph, Slot
from gateway.schema.selection import InlineFragment, Selection, SelectionSet
from gateway.types import Label, OperationKind, SubgraphName, TypeName

BUDGET = 30_000
"""How many positions may be made and demands looked at for one operation. Honest operations look at each demand about twice."""


def plan_operation(
    query_graph: QueryGraph,
    operation: Operation,
    *,
    labels: frozenset[Label] = frozenset(),
    unbatched: frozenset[SubgraphName] = frozenset(),
    budget: int = BUDGET,
) -> QueryPlan:
    """The requests that answer ``operation``, as few and as early as can be found.

    ``labels`` are the active override labels: the same operation has another plan under other labels. For ``unbatched``
    subgraphs each ``_entities`` call is a request of its own. Raises PlanningError where a part of the operation is out of
    reach, or planning takes more than ``budget`` positions and looks at demands.
    """
    graph = query_graph.under(labels)
    type_name = graph.supergraph.root_types[operation.kind]
    selections = _without_meta_fields(operation.selections)
    tree = Tree(graph, Budget(budget))
    planner = _Planner(tree, FetchMaker(graph, operation, unbatched), type_name)
    if not selections:
        fetches: list[Fetch] = []
    elif operation.kind is OperationKind.QUERY:
        fetches = planner.plan(selections, graph.root_slots(type_name))
    else:
        fetches = planner.plan_in_order(selections)
    return QueryPlan(operation.kind, tuple(fetches), _deferred_blocks(tree, fetches))


class _Planner:
    """Plans root selections, all at once or one after another."""

    def __init__(self, tree: Tree, maker: FetchMaker, type_name: TypeName) -> None:
        self.tree = tree
        self.graph = tree.graph
        self.maker = maker
        self.type_name = type_name

    def plan(self, selections: SelectionSet, roots: tuple[Slot, ...]) -> list[Fetch]:
        """Fetches for selections that may run at the same time."""
        return self.maker.make(self._search(selections, roots, may_wait=self._may_wait))

    def _may_wait(self, step: Step) -> bool:
        """Root fields of a query may share a later request, where their subgraph likes requests for several things."""
        return step.position.parent is None and step.graph not in self.maker.unbatched

    def plan_in_order(self, selections: SelectionSet) -> list[Fetch]:
        """Fetches for a mutation's or subscription's root fields: each in one subgraph, and all of one field before the next.

        Neighbours in the same subgraph share a request (GraphQL specification, section 6.2.2: it runs them in order too).
        """
        fetches: list[Fetch] = []
        for slot, group in self._neighbours(root_fields(selections)):
            steps = self._search(tuple(field.selection for field in group), (slot,))
            after = tuple(fetch.id for fetch in fetches)
            fetches += self.maker.make(steps, first_id=len(fetches), after=after)
        return fetches

    def _neighbours(self, fields: list[RootField]) -> list[tuple[Slot, list[RootField]]]:
        """Root fields by request: neighbours in one subgraph, but no response key twice, or it would move to its first place."""
        groups: list[tuple[Slot, list[RootField]]] = []
        for field in fields:
            slot = self._choose_root(field)
            if groups and groups[-1][0] == slot and all(other.key != field.key for other in groups[-1][1]):
                groups[-1][1].append(field)
            else:
                groups.append((slot, [field]))
        return groups

    def _choose_root(self, field: RootField) -> Slot:
        """The subgraph for one root field that must not be split: the one with the fewest and shallowest steps."""
        slots = [slot for slot in self.graph.root_slots(self.type_name) if self.graph.supplies(slot, field.name)]
        if len(slots) == 1:
            return slots[0]
        ranked: list[tuple[int, int, Slot]] = []
        for slot in slots:
            try:
                steps = self._search((field.selection,), (slot,))
            except PlanningError:
                continue
            ranked.append((len({(s.graph, s.wave) for s in steps}), max(s.wave for s in steps), slot))
        if not ranked:
            where = f"{self.type_name}.{field.name}"
            raise PlanningError(f"No single subgraph can give {where} with all that is selected on it.")
        return min(ranked)[2]

    def _search(
        self, selections: SelectionSet, roots: tuple[Slot, ...], may_wait: Callable[[Step], bool] = lambda _: False
    ) -> list[Step]:
        root = read_tree(self.tree, self.type_name, selections)
        return settle(Search(self.graph, root, roots, budget=self.tree.budget).run(), may_wait)


def _deferred_blocks(tree: Tree, fetches: list[Fetch]) -> tuple[DeferredBlock, ...]:
    """The deferred blocks of what was planned, each with the fetches that bring its fields."""
    return tuple(
        replace(block, depends_on=tuple(fetch.id for fetch in fetches if block.id in fetch.blocks))
        for block in tree.defers.blocks
    )


def _without_meta_fields(selections: SelectionSet) -> SelectionSet:
    """The root selections without ``__typename`` and introspection, which the gateway answers itself."""
    kept: list[Selection] = []
    for selection in selections:
        if isinstance(selection, InlineFragment):
            inner = _without_meta_fields(selection.selections)
            if inner:
                kept.append(InlineFragment(selection.type_condition, selection.guards, selection.directives, inner))
        elif selection.name not in (TYPENAME, "__schema", "__type"):
            kept.append(selection)
    return tuple(kept)
