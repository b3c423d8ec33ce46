"""Demands: everything that must be brought, collected top-down, with the arrivals that leave no choice committed on the way."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.errors import PlanningError
from gateway.resolvers.planner.defers import Guards
from gateway.resolvers.planner.reaching import Reaching
from gateway.resolvers.planner.tree import OperationPosition, branch_of, copy_into
from gateway.schema.query_graph import JOINED, KEYS_ONLY, TYPENAME, QueryGraph, Table
from gateway.schema.selection import Field
from gateway.schema.supergraph import TypeKind
from gateway.types import ResponseKey, TypeName

_TYPENAME = Field(TYPENAME)


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """A leaf of the operation: ``field`` is wanted at ``position`` under ``key``, once for each set of guards.

    A presence asks for no field, only that the object is in the data at all, whatever conditions its fields are under.
    """

    position: OperationPosition
    key: ResponseKey
    field: Field
    wanted: tuple[Guards, ...]
    is_presence: bool = False


class Collector:
    """Collects demands. ``unreachable`` parts raise PlanningError, unless an interface's field can be asked type by type."""

    def __init__(self, graph: QueryGraph, reaching: Reaching) -> None:
        self.graph = graph
        self.reaching = reaching
        self.demands: list[Demand] = []

    def collect(self, position: OperationPosition) -> None:
        """Add the demands of a position and of everything below it."""
        self._want(position)
        table = self.reaching.reach(position).table
        if not table:
            raise PlanningError(f"No subgraph can give {'.'.join(_names(position)) or position.type}.")
        if position.field is not None:
            self.reaching.force(position)
            table = self.reaching.reach(position).table
        for key, (field, wanted) in position.leaves.items():
            self._check_leaf(position, field)
            self.demands.append(Demand(position, key, field, tuple(wanted)))
        for child in tuple(position.composites):
            self._collect_composite(position, child, table)
        self._collect_branches(position, table)
        if position.parent is not None and not position.branches and not _is_always_asked_for(position):
            self.demands.append(Demand(position, TYPENAME, _TYPENAME, (), is_presence=True))

    def _want(self, position: OperationPosition) -> None:
        names = [field.name for field, _ in position.leaves.values()]
        names += [child.field.name for child in position.composites if child.field is not None]
        if self.reaching.committer.evaluator.want(position, names):
            self.reaching.ledger.touch(position)

    def _check_leaf(self, position: OperationPosition, field: Field) -> None:
        reach = self.reaching.reach(position)
        evaluator = self.reaching.committer.evaluator
        if evaluator.cheapest(reach.table, field.name) is None and evaluator.cheapest_explosion(reach, field) is None:
            raise PlanningError(f"No subgraph can give {'.'.join((*_names(position), field.name))}.")

    def _collect_composite(self, position: OperationPosition, child: OperationPosition, table: Table) -> None:
        """A composite field of an interface that no slot gives as a whole, or not with all below it, is asked type by type."""
        assert child.field is not None  # noqa: S101  # composites are led to by a field
        if self.graph.kinds[position.type] is not TypeKind.INTERFACE:
            self.collect(child)
            return
        before = len(self.demands)
        if any(self.graph.supplies(slot, child.field.name) for slot in table):
            try:
                self.collect(child)
            except PlanningError:
                del self.demands[before:]
            else:
                return
        position.composites.remove(child)
        for name in self._explosion_types(child, table):
            copy_into(child, branch_of(position, name))

    def _explosion_types(self, child: OperationPosition, table: Table) -> tuple[TypeName, ...]:
        slots = (
            s for s in table if not s.is_conditional and s.only != KEYS_ONLY and not self.graph.is_interface_object(s)
        )
        for slot in sorted(slots, key=lambda s: (table[s][:2], s)):
            if types := self.graph.runtime_types.get((slot.type, slot.graph), ()):
                return types
        raise PlanningError(f"No subgraph can give {'.'.join(_names(child))}.")

    def _collect_branches(self, position: OperationPosition, table: Table) -> None:
        if not position.branches:
            return
        allowed = self._common_members(position, table)
        self._demand_typename(position)
        for name, branch in position.branches.items():
            if allowed is not None and name not in allowed:
                continue
            self._want(branch)
            if not self.reaching.reach(branch).table:
                continue
            if branch.leaves.keys() <= {TYPENAME} and not branch.composites and not branch.branches:
                continue
            self.collect(branch)

    def _common_members(self, position: OperationPosition, table: Table) -> set[TypeName] | None:
        """A union can only be what every subgraph that could answer knows, or answers would depend on which one is asked."""
        if self.graph.kinds[position.type] is not TypeKind.UNION:
            return None
        members: dict[str, set[TypeName]] = {}
        for slot in table:
            if slot.only in ("", JOINED):
                members.setdefault(slot.graph, set()).update(self.graph.runtime_types.get((slot.type, slot.graph), ()))
        return set.intersection(*members.values()) if members else set()

    def _demand_typename(self, position: OperationPosition) -> None:
        _, wanted = position.leaves.get(TYPENAME, (_TYPENAME, []))
        if () not in wanted:
            self._check_leaf(position, _TYPENAME)
            self.demands.append(Demand(position, TYPENAME, _TYPENAME, ((),)))


def _is_always_asked_for(position: OperationPosition) -> bool:
    """Whether something is selected here without a condition, so that the object is in the data wherever it is in the answer."""
    return any(() in wanted for _, wanted in position.leaves.values()) or any(
        not child.guards for child in position.composites
    )


def _names(position: OperationPosition) -> Iterator[str]:
    """The response keys that lead to a position, for messages."""
    if position.parent is not None:
        yield from _names(position.parent)
        if position.field is not None:
            yield position.key
