"""Commit a slot: open the step it needs, and with it, in turn, the steps that bring the step's inputs."""

from gateway.resolvers.planner.ledger import Ledger
from gateway.resolvers.planner.reading import TYPENAME_FIELD, InputReader, position_at
from gateway.resolvers.planner.steps import ContextReading, Node, Opening, Reading
from gateway.schema.query_graph import (
    JOINED,
    TYPENAME,
    Arrival,
    Evaluator,
    Jump,
    QueryGraph,
    Reach,
    Slot,
    key_sources,
    other_sources,
)


class Committer:
    """Turns slots of a reach into nodes of steps.

    ``evaluator`` prefers what is cheap. Committing makes things cheaper in passing, so that now and then what an entry was based on
    is no longer found within its wave; then ``soonest`` finds the way that always is.
    """

    def __init__(self, graph: QueryGraph, ledger: Ledger) -> None:
        self.graph = graph
        self.ledger = ledger
        self.evaluator = Evaluator(graph, ledger.price)
        self.soonest = Evaluator(graph, ledger.price, soonest=True)

    def commit(self, reach: Reach, slot: Slot) -> Node:
        """The node that has ``slot`` in hand at the reach's position, no later than the reach says."""
        position, entry = position_at(reach), reach.table[slot]
        known = self.ledger.nodes.get((position, slot))
        if known is not None and known.wave <= entry.wave:
            return known
        if isinstance(entry.origin, Arrival):
            node = self._arrive(reach, slot, entry.origin, entry.wave)
        elif isinstance(entry.origin, Jump):
            return self._jump(reach, slot, entry.origin, entry.wave)
        else:
            node = self._call_root(reach, slot, entry.wave)
        self.ledger.enter(node)
        return node

    def _arrive(self, reach: Reach, slot: Slot, origin: Arrival, wave: int) -> Node:
        assert reach.parent is not None  # noqa: S101  # arrivals come from a parent
        position = position_at(reach)
        outer = self.commit(reach.parent, origin.slot)
        also = outer.also
        if origin.typename is not None:
            told = self.commit(reach.parent, origin.typename)
            told.want(TYPENAME, TYPENAME_FIELD, ())
            also = (*also, told.step, *told.also)
        node = outer.children.get(position)
        if node is None or node.slot != slot:
            node = outer.children[position] = Node(outer.step, position, slot, wave, also, outer)
        return node

    def _call_root(self, reach: Reach, slot: Slot, wave: int) -> Node:
        """A root step, or one that calls a root again below the root, as soon as the object there is known."""
        position = position_at(reach)
        step = self.ledger.step(slot.graph, position, wave, is_root=True)
        node = Node(step, position, slot, wave)
        opening = step.openings[slot] = Opening(node)
        if reach.parent is not None:
            first = min((s for s, e in reach.table.items() if e.wave < wave), key=lambda s: (*reach.table[s][:2], s))
            opening.readings.append(Reading(self.commit(reach, first), TYPENAME_FIELD))
        return node

    def _jump(self, reach: Reach, slot: Slot, origin: Jump, wave: int) -> Node:
        position = position_at(reach)
        step = self.ledger.step(slot.graph, position, wave, is_root=False)
        node = Node(step, position, slot, wave)
        opening = Opening(node)
        self._read_inputs(opening, reach, origin, wave)
        step.openings[slot] = opening
        self.ledger.enter(node)
        if position.parent is not None:
            self.ledger.touch(position.parent)
        if slot.only:
            self._join(opening)
        return node

    def _join(self, opening: Opening) -> None:
        """A step for a conditional field may bring plain fields of the same object too, by the key alone."""
        node, step = opening.node, opening.node.step
        joined = node.slot._replace(only=JOINED)
        if joined in step.openings or (node.position, joined) in self.ledger.nodes:
            return
        plain = Node(step, node.position, joined, node.wave)
        readings = opening.readings[: opening.key_readings]
        step.openings[joined] = Opening(plain, key=opening.key, readings=readings, key_readings=len(readings))
        self.ledger.enter(plain)

    def _read_inputs(self, opening: Opening, reach: Reach, origin: Jump, wave: int) -> None:
        """Commit what brings the inputs."""
        slot = opening.node.slot
        reader = InputReader(self.commit, self.evaluator, self.soonest, opening, wave - 1)
        with reader.avoiding((reach.position.type, slot)):
            opening.key = reader.read(key_sources(reach, slot), origin.key)
            opening.key_readings = len(opening.readings)
            if not slot.only:
                return
            edge = self.graph.edges[slot.type, slot.only, slot.graph]
            opening.requires = edge.requires
            opening.inputs = reader.read(other_sources(reach, slot), edge.requires)
            for argument in edge.contexts:
                outer = self.evaluator.enclosing(reach, argument)
                assert outer is not None  # noqa: S101  # the evaluator found it before
                selections = reader.read(outer, argument.selections)
                opening.contexts.append(ContextReading(argument, position_at(outer), selections))
