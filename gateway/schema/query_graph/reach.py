"""A reach: the slots that can be had of one object, and for each how, how soon and at what cost."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from gateway.schema.query_graph.position import Position
from gateway.schema.query_graph.slots import Slot
from gateway.schema.selection import SelectionSet
from gateway.types import FieldName, SubgraphName

EVER: Final = 1 << 30
"""A wave later than any."""

Price = Callable[[SubgraphName, Position, int], float]
"""What one more step to a subgraph costs, at a position, in a wave."""


class RootCall(NamedTuple):
    """The slot is opened by a root step."""


class Arrival(NamedTuple):
    """The object came with the step that has its parent in hand, as ``slot``. ``typename`` tells an interface object's type."""

    slot: Slot
    typename: Slot | None = None


class Active(NamedTuple):
    """A committed step has it in hand."""


class Jump(NamedTuple):
    """Entered by a key, for a conditional field or (empty) for the plain ones."""

    key: SelectionSet
    field: FieldName


class Reentry(NamedTuple):
    """A root type met below the root: any subgraph's root can be called, one wave later and without a key."""


Origin = RootCall | Arrival | Active | Jump | Reentry


class Entry(NamedTuple):
    """How a slot can be had. ``anchor`` is the position and slot whose opening is what ``cost`` pays for."""

    cost: float
    wave: int
    anchor: tuple[int, Slot]
    origin: Origin


Table = dict[Slot, Entry]


class Reach(NamedTuple):
    """A position with the slots that can be had there, given those of its parents."""

    position: Position
    table: Table
    parent: "Reach | None" = None


class Need(NamedTuple):
    """What a selection costs: ``cost`` of the slots to open, ``wave`` of the latest input; -1 where nothing was read."""

    cost: float
    wave: int


NOTHING: Final = Need(0, -1)


def at_hand(position: Position, slots: Iterable[Slot]) -> Table:
    """A table of slots that are simply there, in wave 0 and at no cost."""
    return {slot: Entry(0, 0, (id(position), slot), RootCall()) for slot in sorted(slots)}


def key_sources(reach: Reach, target: Slot) -> Reach:
    """The reach from which the key of a jump into ``target`` is read: anything but the jump itself and conditional slots."""
    table = {s: e for s, e in reach.table.items() if s != target and not s.is_conditional}
    return Reach(reach.position, table, reach.parent)


def other_sources(reach: Reach, target: Slot) -> Reach:
    """The reach from which a requirement of ``target`` is read: anything but the jump itself."""
    return Reach(reach.position, {s: e for s, e in reach.table.items() if s != target}, reach.parent)
