"""The evaluator: which slots of an object can be had, from where, how soon and at what cost.

This is Knuth's generalisation of Dijkstra's algorithm to AND/OR graphs. A jump into a subgraph needs the inputs of a key, which are
themselves read from other slots; a jump's wave is strictly later than its inputs' waves, so least-wave derivations have no cycles.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from gateway.schema.query_graph.graph import TYPENAME, Edge, Entrance, QueryGraph
from gateway.schema.query_graph.position import Position
from gateway.schema.query_graph.reach import (
    EVER,
    NOTHING,
    Active,
    Arrival,
    Entry,
    Jump,
    Need,
    Price,
    Reach,
    Reentry,
    Table,
    key_sources,
    other_sources,
)
from gateway.schema.query_graph.slots import KEYS_ONLY, Slot
from gateway.schema.selection import Field, InlineFragment, Selection, SelectionSet
from gateway.schema.supergraph import ContextArgument, TypeKind
from gateway.types import FieldName, SubgraphName, TypeName


def flat_price(_graph: SubgraphName, _position: Position, _wave: int) -> float:
    """Every step costs one."""
    return 1


class Evaluator:
    """Evaluates slots and selections over a query graph.

    ``price`` knows what is already paid for. ``soonest`` prefers the earliest wave to the least cost: then what was found once can
    be found again within its wave, whatever else has become cheaper. ``trust_contexts`` takes every context argument as given.
    """

    def __init__(
        self, graph: QueryGraph, price: Price = flat_price, *, soonest: bool = False, trust_contexts: bool = False
    ) -> None:
        self.graph = graph
        self.price = price
        self.soonest = soonest
        self.trust_contexts = trust_contexts
        self.under_way: frozenset[tuple[TypeName, Slot]] = frozenset()

    def want(self, position: Position, names: Iterable[FieldName]) -> bool:
        """Say that fields are wanted of an object, so that conditional ones are tried. True where that is news."""
        triggers = self.graph.triggers.get(position.type)
        if not triggers:
            return False
        needed = {f for name in names for f in triggers.get(name, ())}
        if needed <= position.relevant:
            return False
        position.relevant |= needed
        return True

    # Arrivals: slots that come with the parent's step.

    def arrive(self, position: Position, parent: Table, *, latest: int = EVER) -> Table:
        """The slots of ``position`` that come in the same step as a slot of its parent's table."""
        if position.branch is not None:
            return self._arrive_by_type(position.branch, parent, latest)
        if position.field is None:
            return {}
        table: Table = {}
        followers = self.graph.followers(position.field.name)
        for slot, entry in parent.items():
            if entry.wave <= latest and (child := followers[slot]) is not None:
                self._keep_best(table, child, Entry(entry.cost, entry.wave, entry.anchor, Arrival(slot)))
        return table

    def _arrive_by_type(self, type_name: TypeName, parent: Table, latest: int) -> Table:
        table: Table = {}
        for slot, entry in parent.items():
            if entry.wave > latest or (child := self.graph.narrow(slot, type_name)) is None:
                continue
            cost, wave, typename = entry.cost, entry.wave, None
            if self.graph.is_interface_object(slot):
                typename = self.cheapest(parent, TYPENAME, latest)
                if typename is None:
                    continue
                cost, wave = cost + parent[typename].cost, max(wave, parent[typename].wave)
            self._keep_best(table, child, Entry(cost, wave, entry.anchor, Arrival(slot, typename)))
        return table

    def _is_better(self, new: Entry, old: Entry | None) -> bool:
        if old is None:
            return True
        if self.soonest:
            return (new.wave, new.cost) < (old.wave, old.cost)
        return (new.cost, new.wave) < (old.cost, old.wave)

    def _keep_best(self, table: Table, slot: Slot, entry: Entry) -> None:
        if self._is_better(entry, table.get(slot)):
            table[slot] = entry

    def cheapest(self, table: Table, name: FieldName, latest: int = EVER) -> Slot | None:
        """The slot that gives a field at the least cost, then soonest; None where no slot of the table does."""
        return self.cheapest_unpaid(table, name, latest, frozenset())

    def cheapest_unpaid(
        self, table: Table, name: FieldName, latest: int, paid: Collection[tuple[int, Slot]]
    ) -> Slot | None:
        """Like ``cheapest``, where what is in ``paid`` costs nothing more."""
        best: tuple[tuple[float, float], Slot] | None = None
        suppliers, soonest = self.graph.suppliers(name), self.soonest
        for slot, entry in table.items():
            if entry.wave <= latest and suppliers[slot] is not None:
                cost = 0 if entry.anchor in paid else entry.cost
                rank = (entry.wave, cost) if soonest else (cost, entry.wave)
                if best is None or (rank, slot) < best:
                    best = rank, slot
        return best[1] if best is not None else None

    # Closure: slots that jumps add.

    def close(self, position: Position, arrivals: Table, parent: Reach | None, *, latest: int = EVER) -> Reach:
        """Add to the arrivals every slot that a step already has, and every slot that jumps can reach by ``latest``."""
        table = dict(arrivals)
        for slot, wave in position.active.items():
            if wave <= latest:
                table[slot] = Entry(0, wave, (id(position), slot), Active())
        reach = Reach(position, table, parent)
        if not table:
            return reach
        if position.type == self.graph.query_type and position.parent is not None:
            self._reenter(reach, latest)
        elif position.type in self.graph.entrances:
            self._jump(reach, latest)
        return reach

    def _reenter(self, reach: Reach, latest: int) -> None:
        position, table, _ = reach
        first = min(table.values(), key=lambda entry: (entry.wave, entry.cost))
        wave = first.wave + 1
        if wave > latest:
            return
        for slot in self.graph.root_slots(position.type):
            if slot not in table:
                cost = first.cost + self.price(slot.graph, position, wave)
                table[slot] = Entry(cost, wave, (id(position), slot), Reentry())

    def _jump(self, reach: Reach, latest: int) -> None:
        """Try every entrance until nothing changes. An entrance is looked at again only after some slot has become better."""
        position, table, _ = reach
        targets = [
            (entrance, Slot(entrance.graph, entrance.type, (), name))
            for entrance in self.graph.entrances[position.type]
            for name in ("", *(f for f in entrance.conditional if f in position.relevant))
        ]
        targets = [(entrance, slot) for entrance, slot in targets if not self._is_settled(slot, table)]
        changes, seen = 0, dict.fromkeys((slot for _, slot in targets), -1)
        changed = True
        while changed:
            changed = False
            for entrance, slot in targets:
                if seen[slot] == changes:
                    continue
                seen[slot] = changes
                entry = self._enter(reach, entrance, slot, latest)
                if entry is not None and self._is_better(entry, table.get(slot)):
                    table[slot] = entry
                    changed = True
                    changes += 1

    def _is_settled(self, slot: Slot, table: Table) -> bool:
        """Whether no jump into the slot can be better than what is there."""
        entry = table.get(slot)
        if entry is None:
            return False
        return (entry.cost == 0 and entry.wave == 0) or (isinstance(entry.origin, Active) and not self.soonest)

    def _enter(self, reach: Reach, entrance: Entrance, slot: Slot, latest: int) -> Entry | None:
        """The best way to jump into a slot, over all keys. An edge that is under way further up is not its own input."""
        mark = (reach.position.type, slot)
        if mark in self.under_way:
            return None
        outer, self.under_way = self.under_way, self.under_way | {mark}
        best: Entry | None = None
        for key in entrance.keys:
            entry = self._enter_by(reach, slot, key, latest)
            if entry is not None and self._is_better(entry, best):
                best = entry
        self.under_way = outer
        return best

    @contextmanager
    def avoiding(self, edges: frozenset[tuple[TypeName, Slot]]) -> Iterator[None]:
        """Refuse these edges (a type and the slot entered from it) meanwhile."""
        outer, self.under_way = self.under_way, edges
        try:
            yield
        finally:
            self.under_way = outer

    def _enter_by(self, reach: Reach, slot: Slot, key: SelectionSet, latest: int) -> Entry | None:
        paid: set[tuple[int, Slot]] = set()
        need = self.evaluate(key_sources(reach, slot), key, latest=latest - 1, paid=paid)
        if need is None:
            return None
        if slot.only:
            edge = self.graph.edges[slot.type, slot.only, slot.graph]
            sources = other_sources(reach, slot)
            inputs = self.evaluate(sources, edge.requires, latest=latest - 1, paid=paid)
            values = self._evaluate_contexts(reach, edge, latest - 1, paid) if inputs is not None else None
            if inputs is None or values is None:
                return None
            need = Need(need.cost + inputs.cost + values.cost, max(need.wave, inputs.wave, values.wave))
        wave = need.wave + 1 if need.wave >= 0 else min(entry.wave for entry in reach.table.values()) + 1
        if wave > latest:
            return None
        cost = need.cost + self.price(slot.graph, reach.position, wave)
        return Entry(cost, wave, (id(reach.position), slot), Jump(key, slot.only))

    def _evaluate_contexts(self, reach: Reach, edge: Edge, latest: int, paid: set[tuple[int, Slot]]) -> Need | None:
        total = NOTHING
        for argument in () if self.trust_contexts else edge.contexts:
            enclosing = self.enclosing(reach, argument)
            need = enclosing and self.evaluate(enclosing, argument.selections, latest=latest, paid=paid)
            if need is None:
                return None
            total = Need(total.cost + need.cost, max(total.wave, need.wave))
        return total

    def enclosing(self, reach: Reach, argument: ContextArgument) -> Reach | None:
        """The nearest enclosing object that sets the argument's context (context specification), or None."""
        outer: Reach | None = reach
        while outer is not None and outer.position.branch is not None:
            outer = outer.parent
        outer = outer.parent if outer is not None else None
        while outer is not None and argument.context not in self.graph.contexts.get(outer.position.type, ()):
            outer = outer.parent
        return outer

    # Selections: what a key or a requirement costs.

    def evaluate(
        self, reach: Reach, selections: SelectionSet, *, latest: int = EVER, paid: set[tuple[int, Slot]] | None = None
    ) -> Need | None:
        """What it takes to read ``selections`` of the object by wave ``latest``; None where something is out of reach.

        ``paid`` collects what was counted already, so that one opening shared by several fields counts once.
        """
        paid = set() if paid is None else paid
        cost, wave = NOTHING
        for selection in selections:
            need = self._evaluate_one(reach, selection, latest, paid)
            if need is None:
                return None
            cost, wave = cost + need.cost, max(wave, need.wave)
        return Need(cost, wave)

    def _evaluate_one(
        self, reach: Reach, selection: Selection, latest: int, paid: set[tuple[int, Slot]]
    ) -> Need | None:
        if isinstance(selection, InlineFragment):
            return self._evaluate_fragment(reach, selection, latest, paid)
        if selection.selections:
            return self._evaluate_composite(reach, selection, latest, paid)
        slot = self.cheapest_unpaid(reach.table, selection.name, latest, paid)
        if slot is None:
            return self._evaluate_exploded(reach, selection, latest, paid)
        return _pay(reach.table[slot], paid)

    def _evaluate_composite(self, reach: Reach, field: Field, latest: int, paid: set[tuple[int, Slot]]) -> Need | None:
        inner = self.reach_inner(reach, field, latest)
        if inner is None or not inner.table:
            return self._evaluate_exploded(reach, field, latest, paid)
        need = self.evaluate(inner, field.selections, latest=latest, paid=paid)
        if need is None:
            return self._evaluate_exploded(reach, field, latest, paid)
        if need.wave < 0:
            return _pay(min(inner.table.items(), key=lambda item: (item[1][:2], item[0]))[1], paid)
        return need

    def reach_inner(self, reach: Reach, field: Field, latest: int) -> Reach | None:
        """The reach behind a composite field of a key or requirement; None where the type has no such field."""
        type_name = self.graph.field_types.get((reach.position.type, field.name))
        if type_name is None:
            return None
        inner = reach.position.inner(field, type_name)
        self.want(inner, (s.name for s in field.selections if isinstance(s, Field)))
        return self.close(inner, self.arrive(inner, reach.table, latest=latest), reach, latest=latest)

    def _evaluate_fragment(
        self, reach: Reach, fragment: InlineFragment, latest: int, paid: set[tuple[int, Slot]]
    ) -> Need | None:
        types = self.branch_types(reach.position.type, fragment.type_condition)
        if types is None:
            return self.evaluate(reach, fragment.selections, latest=latest, paid=paid)
        cost, wave = NOTHING
        for inner in self.reach_branches(reach, types, fragment.selections, latest):
            need = self.evaluate(inner, fragment.selections, latest=latest, paid=paid)
            if need is None:
                return None
            cost, wave = cost + need.cost, max(wave, need.wave)
        return Need(cost, wave)

    def branch_types(self, type_name: TypeName, condition: TypeName | None) -> tuple[TypeName, ...] | None:
        """The concrete types that a type condition picks, or None where it picks all and may stay on the object itself."""
        if condition is None or condition in self.graph.types_of(type_name):
            return None
        picked = self.graph.possible_types.get(condition, ())
        types = tuple(name for name in self.graph.possible_types[type_name] if name in picked)
        return None if self.graph.kinds[type_name] is TypeKind.OBJECT and types else types

    def reach_branches(
        self, reach: Reach, types: Iterable[TypeName], selections: SelectionSet, latest: int
    ) -> Iterable[Reach]:
        """The reach of each concrete type that some slot knows; the others cannot occur here."""
        names = [s.name for s in selections if isinstance(s, Field)]
        for name in types:
            branch = reach.position.exploded(name, None)
            self.want(branch, names)
            arrivals = self.arrive(branch, reach.table, latest=latest)
            if arrivals:
                yield self.close(branch, arrivals, reach, latest=latest)

    # Explosion: an interface's field that must be asked of each concrete type.

    def _evaluate_exploded(self, reach: Reach, field: Field, latest: int, paid: set[tuple[int, Slot]]) -> Need | None:
        found = self.cheapest_explosion(reach, field, latest)
        return (
            None if found is None else _pay(Entry(found[0].cost, found[0].wave, (id(field), found[1]), Active()), paid)
        )

    def cheapest_explosion(self, reach: Reach, field: Field, latest: int = EVER) -> tuple[Need, Slot] | None:
        """The slot from which a field can be read type by type at the least cost. One slot must bring all the types."""
        if not self.graph.kinds[reach.position.type].is_abstract:
            return None
        best: tuple[Need, Slot] | None = None
        for slot, entry in sorted(reach.table.items()):
            if entry.wave > latest or slot.is_conditional or slot.only == KEYS_ONLY:
                continue
            need = self._explode(reach, slot, entry, field, latest)
            if need is not None and (best is None or need < best[0]):
                best = need, slot
        return best

    def _explode(self, reach: Reach, slot: Slot, entry: Entry, field: Field, latest: int) -> Need | None:
        branches = list(self.explosion(reach, slot, field, latest))
        if not branches or self.graph.is_interface_object(slot):
            return None
        paid = {entry.anchor}
        cost, wave = entry.cost, entry.wave
        for branch in branches:
            need = self.evaluate(branch, (field,), latest=latest, paid=paid)
            if need is None:
                return None
            cost, wave = cost + need.cost, max(wave, need.wave)
        return Need(cost, wave)

    def explosion(self, reach: Reach, slot: Slot, field: Field, latest: int = EVER) -> Iterable[Reach]:
        """The reach of every concrete type that the slot's objects can have, from that slot alone."""
        only = Reach(reach.position, {slot: reach.table[slot]}, reach.parent)
        for name in self.graph.runtime_types.get((slot.type, slot.graph), ()):
            branch = reach.position.exploded(name, slot.graph)
            self.want(branch, (field.name,))
            yield self.close(branch, self.arrive(branch, only.table, latest=latest), only, latest=latest)


def _pay(entry: Entry, paid: set[tuple[int, Slot]]) -> Need:
    if entry.anchor in paid:
        return Need(0, entry.wave)
    paid.add(entry.anchor)
    return Need(entry.cost, entry.wave)
