"""Steps: what the search has decided to ask of whom. They grow while the search runs and are read when it is over."""

from dataclasses import dataclass
from dataclasses import field as default

from gateway.resolvers.planner.defers import Guards
from gateway.resolvers.planner.tree import OperationPosition
from gateway.schema.query_graph import Slot
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import ContextArgument
from gateway.types import ResponseKey, SubgraphName


@dataclass(slots=True, eq=False)
class Leaf:
    """A field to ask for, with one set of guards for each way in which the client or another step wants it.

    Guards are relative to the position.
    """

    field: Field
    wanted: list[Guards] = default(default_factory=list)


@dataclass(slots=True, eq=False)
class Reading:
    """An input: ``field`` is read from what ``source`` brings."""

    source: "Node"
    field: Field


@dataclass(slots=True, eq=False)
class ContextReading:
    """The value of a context argument, read at an enclosing position."""

    argument: ContextArgument
    position: OperationPosition
    selections: SelectionSet


@dataclass(slots=True, eq=False)
class Node:
    """What one step brings of the object at one position, as it has it in ``slot``.

    ``also`` are other steps on which the data depends: those that tell the type of an interface object. ``outer`` is
    the node that this one is a part of. ``is_present`` asks for the
    object even where nothing of it is wanted.
    """

    step: "Step"
    position: OperationPosition
    slot: Slot
    wave: int
    also: tuple["Step", ...] = ()
    outer: "Node | None" = None
    is_present: bool = False
    leaves: dict[ResponseKey, Leaf] = default(default_factory=dict)
    children: dict[OperationPosition, "Node"] = default(default_factory=dict)

    def want(self, key: ResponseKey, selected: Field, guards: Guards) -> None:
        """Ask for a leaf under ``key``, where ``guards`` hold."""
        leaf = self.leaves.setdefault(key, Leaf(selected))
        if guards not in leaf.wanted:
            leaf.wanted.append(guards)

    @property
    def top(self) -> "Node":
        """The node at which the step has its object first, with which all below comes or fails."""
        return self if self.outer is None else self.outer.top

    @property
    def is_live(self) -> bool:
        """Whether anything is asked for here or below."""
        return self.is_present or bool(self.leaves) or any(child.is_live for child in self.children.values())


@dataclass(slots=True, eq=False)
class Opening:
    """One way into a step: an object is entered by ``key`` (and more ``inputs`` for a conditional field).

    The selections are of the merged data, each field with the response key to read. ``readings`` are their leaves, those of the key
    first: ``key_readings`` tells how many.
    """

    node: Node
    key: SelectionSet = ()
    inputs: SelectionSet = ()
    requires: SelectionSet = ()
    contexts: list[ContextReading] = default(default_factory=list)
    readings: list[Reading] = default(default_factory=list)
    key_readings: int = 0

    @property
    def is_read_together(self) -> bool:
        """Whether all inputs come in one piece with the key: then none of them is missing where the key is there."""
        sources = {reading.source.top for reading in self.readings[: self.key_readings]}
        return all(reading.source.top in sources for reading in self.readings[self.key_readings :])


@dataclass(slots=True, eq=False)
class Step:
    """One call of a subgraph at one position: of root fields, or of entities.

    ``planned`` is the wave the search meant it for, ``wave`` the one that its inputs allow. ``block`` is the deferred block that
    alone needs it.
    """

    graph: SubgraphName
    position: OperationPosition
    planned: int
    number: int
    is_root: bool
    openings: dict[Slot, Opening] = default(default_factory=dict)
    depends_on: dict["Step", None] = default(default_factory=dict)
    wave: int = 0
    block: str | None = None
