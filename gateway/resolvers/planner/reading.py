"""Read the inputs of a jump: commit what brings them, and say under which keys they will be in the merged data."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.errors import PlanningError
from gateway.resolvers.planner.steps import Node, Opening, Reading
from gateway.resolvers.planner.tree import OperationPosition
from gateway.schema.query_graph import TYPENAME, Evaluator, Reach, Slot
from gateway.schema.selection import Field, InlineFragment, Selection, SelectionSet
from gateway.types import TypeName

TYPENAME_FIELD = Field(TYPENAME)

Commit = Callable[[Reach, Slot], Node]


def position_at(reach: Reach) -> OperationPosition:
    """The position of a reach as the operation's tree knows it: the planner makes no others."""
    assert isinstance(reach.position, OperationPosition)  # noqa: S101
    return reach.position


class InputReader:
    """Reads the inputs of one opening, none later than wave ``latest``.

    ``cheap`` chooses sources by cost. Committing makes things cheaper in passing, so that now and then what an entry was based on is
    not found again within its wave; ``soonest`` always finds it.
    """

    def __init__(self, commit: Commit, cheap: Evaluator, soonest: Evaluator, opening: Opening, latest: int) -> None:
        self.commit = commit
        self.cheap = cheap
        self.soonest = soonest
        self.opening = opening
        self.latest = latest
        self.paid: set[tuple[int, Slot]] = set()

    @contextmanager
    def avoiding(self, edge: tuple[TypeName, Slot]) -> Iterator[None]:
        """The edge that is being taken is not its own input."""
        edges = self.cheap.under_way | {edge}
        with self.cheap.avoiding(edges), self.soonest.avoiding(edges):
            yield

    def read(self, reach: Reach, selections: SelectionSet) -> SelectionSet:
        """Commit what brings ``selections``; gives them back with the keys to read them by.

        Raises PlanningError where they are out of reach.
        """
        return tuple(self._read_all(self.cheap, reach, selections))

    def _read_all(self, evaluator: Evaluator, reach: Reach, selections: SelectionSet) -> Iterator[Selection]:
        for selection in selections:
            if evaluator.evaluate(reach, (selection,), latest=self.latest) is not None:
                yield from self._read_one(evaluator, reach, selection)
            elif evaluator is self.cheap:
                yield from self._read_all(self.soonest, self._reach_soonest(reach), (selection,))
            else:
                name = selection.name if isinstance(selection, Field) else f"... on {selection.type_condition}"
                raise PlanningError(f"{reach.position.type}.{name} is out of reach, which another field needs.")

    def _reach_soonest(self, reach: Reach) -> Reach:
        """The same reach with the soonest way to every slot."""
        if reach.parent is None:
            return reach
        parent = self._reach_soonest(reach.parent)
        arrivals = self.soonest.arrive(reach.position, parent.table, latest=self.latest)
        return self.soonest.close(reach.position, arrivals, parent, latest=self.latest)

    def _read_one(self, evaluator: Evaluator, reach: Reach, selection: Selection) -> Iterator[Selection]:
        if isinstance(selection, Field):
            yield from self._read_field(evaluator, reach, selection)
            return
        types = evaluator.branch_types(reach.position.type, selection.type_condition)
        if types is None:
            yield from self._read_all(evaluator, reach, selection.selections)
            return
        for branch in evaluator.reach_branches(reach, types, selection.selections, self.latest):
            inner = tuple(self._read_all(evaluator, branch, selection.selections))
            yield InlineFragment(branch.position.type, selections=inner)

    def _read_field(self, evaluator: Evaluator, reach: Reach, field: Field) -> Iterator[Selection]:
        if field.selections:
            inner = evaluator.reach_inner(reach, field, self.latest)
            if inner is not None and inner.table and evaluator.evaluate(inner, field.selections, latest=self.latest):
                yield self._read_composite(evaluator, inner, field)
                return
        else:
            slot = evaluator.cheapest_unpaid(reach.table, field.name, self.latest, self.paid)
            if slot is not None:
                yield self._read_leaf(reach, slot, field)
                return
        yield from self._read_exploded(evaluator, reach, field)

    def _read_exploded(self, evaluator: Evaluator, reach: Reach, field: Field) -> Iterator[Selection]:
        found = evaluator.cheapest_explosion(reach, field, self.latest)
        if found is None:
            raise PlanningError(f"{reach.position.type}.{field.name} is out of reach, which another field needs.")
        for branch in evaluator.explosion(reach, found[1], field, self.latest):
            inner = tuple(self._read_all(evaluator, branch, (field,)))
            yield InlineFragment(branch.position.type, selections=inner)

    def _read_leaf(self, reach: Reach, slot: Slot, field: Field) -> Field:
        self.paid.add(reach.table[slot].anchor)
        source = self.commit(reach, slot)
        self.opening.readings.append(Reading(source, field))
        if field.name == TYPENAME:
            return field
        key = source.position.scope.key_for(field)
        return Field(field.name, key if key != field.name else None)

    def _read_composite(self, evaluator: Evaluator, inner: Reach, field: Field) -> Field:
        selections = tuple(self._read_all(evaluator, inner, field.selections))
        position = position_at(inner)
        if evaluator.graph.kinds[position.type].is_abstract and TYPENAME_FIELD not in selections:
            told = evaluator.cheapest(inner.table, TYPENAME, self.latest)
            if told is not None:
                selections = (self._read_leaf(inner, told, TYPENAME_FIELD), *selections)
        return Field(field.name, position.key if position.key != field.name else None, selections=selections)
