"""Walk over the public schema: every field, from every state in which a client can arrive there."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.schema.composition.satisfiability.model import Failure, Findings, State, Step
from gateway.schema.composition.satisfiability.runtime_types import in_common, is_shared, known_types
from gateway.schema.query_graph import Evaluator, Position, QueryGraph, Reach, Slot, at_hand
from gateway.schema.selection import SelectionSet
from gateway.types import FieldName, OperationKind, TypeName

_ELSEWHERE = Position("")
"""The parent of every object that is not at the root: a root type that is met again can be entered anew."""


class TooManySteps(Exception):  # noqa: N818  # not an error of ours: it ends a walk
    """The walk was given up."""


@dataclass(slots=True)
class Budget:
    """How many steps may still be taken. A step is one arrival, or its comparison with one earlier arrival at the type."""

    steps: int

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise TooManySteps


class Walk:
    """Walks under one set of override labels.

    A state is skipped when one of the same type with a subset of its slots and contexts has been visited: more slots never make
    less possible.
    """

    def __init__(self, graph: QueryGraph, budget: Budget) -> None:
        self.graph = graph
        self.public = graph.supergraph.public
        self.budget = budget
        self.evaluator = Evaluator(graph, trust_contexts=True)
        self.findings = Findings()
        self._mutation = graph.supergraph.root_types.get(OperationKind.MUTATION)
        self._context_readers = _context_readers(graph)
        self._visited: dict[TypeName, list[State]] = {}

    def run(self, *states: State) -> Findings:
        """Visit the states and all that follow from them. Raises TooManySteps when the budget is spent."""
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            if not self._is_known(state):
                waiting += self._expand(state)
        return self.findings

    def _is_known(self, state: State) -> bool:
        visited = self._visited.setdefault(state.type, [])
        self.budget.spend(1 + len(visited))
        if any(known.slots <= state.slots and known.contexts <= state.contexts for known in visited):
            return True
        visited.append(state)
        return False

    def _expand(self, state: State) -> Iterator[State]:
        type_ = self.public[state.type]
        reach = self.reach(state)
        if type_.kind.is_abstract:
            yield from self._branches(state, reach)
            return
        contexts = self._contexts(state, reach)
        for name, returned in type_.fields.items():
            if returned in self.public and self.public[returned].kind.is_composite:
                yield from self._follow(state, reach, name, returned, contexts)
            elif next(self._suppliers(state, reach, name), None) is None:
                self._fail(Failure(state, Step.FIELD, name))

    def reach(self, state: State) -> Reach:
        """Every slot that can be had in a state."""
        position = Position(state.type, _ELSEWHERE if state.parent else None)
        self.evaluator.want(position, self.graph.triggers.get(state.type, ()))
        return self.evaluator.close(position, at_hand(position, state.slots), None)

    def _suppliers(self, state: State, reach: Reach, name: FieldName) -> Iterator[Slot]:
        for slot in reach.table:
            edge = self.graph.supplies(slot, name)
            if edge is not None and all(argument.context in state.contexts for argument in edge.contexts):
                yield slot

    def _follow(
        self, state: State, reach: Reach, name: FieldName, type_name: TypeName, contexts: frozenset[str]
    ) -> Iterator[State]:
        followed = (self.graph.follow(slot, name) for slot in self._suppliers(state, reach, name))
        slots = frozenset(slot for slot in followed if slot is not None)
        behind = State(type_name, slots, contexts, state, Step.FIELD, name)
        if not slots:
            self._fail(Failure(state, Step.FIELD, name))
        elif not self._can_agree(behind):
            return
        elif state.parent is None and state.type == self._mutation and len(slots) > 1:
            self._try_each(behind)
        else:
            yield behind

    def _can_agree(self, behind: State) -> bool:
        """Note a shared field of abstract type; false if its subgraphs can never return the same object."""
        if behind.parent is None or not self.public[behind.type].kind.is_abstract:
            return True
        if len(behind.slots) < 2 or not is_shared(self.graph, behind.parent.type, behind.name):  # it takes two
            return True
        known = known_types(self.graph, behind)
        if known and len(set(known.values())) > 1:
            self.findings.shared.setdefault((behind.parent.type, behind.name), behind)
        return not known or bool(in_common(known))

    def _try_each(self, behind: State) -> None:
        """A mutation is sent to one subgraph only: one of them must be able to answer everything below it."""
        assert behind.parent is not None  # noqa: S101  # it is a field of the mutation type
        below: list[Failure] = []
        for slot in sorted(behind.slots):
            alone = State(behind.type, frozenset({slot}), behind.contexts, behind.parent, Step.FIELD, behind.name)
            findings = Walk(self.graph, self.budget).run(alone)
            if not findings.failures:
                self.findings.shared |= findings.shared
                return
            below.append(next(iter(findings.failures.values())))
        self._fail(Failure(behind.parent, Step.FIELD, behind.name, tuple(below)))

    def _branches(self, state: State, reach: Reach) -> Iterator[State]:
        """The concrete types of an abstract object. One that some subgraph cannot return at all need not be reached."""
        for concrete in self.graph.possible_types[state.type]:
            if concrete not in self.public or any(self._is_impossible(slot, concrete) for slot in state.slots):
                continue
            position = Position(concrete, reach.position, branch=concrete)
            slots = frozenset(self.evaluator.arrive(position, reach.table))
            if slots:
                yield State(concrete, slots, state.contexts, state, Step.TYPE_CONDITION, concrete)
            else:
                self._fail(Failure(state, Step.TYPE_CONDITION, concrete))

    def _is_impossible(self, slot: Slot, type_name: TypeName) -> bool:
        if self.graph.is_interface_object(slot):
            return False
        return type_name not in self.graph.runtime_types.get((slot.type, slot.graph), ())

    def _contexts(self, state: State, reach: Reach) -> frozenset[str]:
        """The contexts that objects below a state can count on: its own, and those its type sets if their readers can be served."""
        own = (
            context
            for context in self.graph.contexts.get(state.type, ())
            if all(self.evaluator.evaluate(reach, read) is not None for read in self._context_readers.get(context, ()))
        )
        return state.contexts.union(own)

    def _fail(self, failure: Failure) -> None:
        self.findings.failures.setdefault(failure.subject, failure)


def _context_readers(graph: QueryGraph) -> dict[str, list[SelectionSet]]:
    found: dict[str, list[SelectionSet]] = {}
    for edge in graph.edges.values():
        for argument in edge.contexts:
            found.setdefault(argument.context, []).append(argument.selections)
    return found


def root_states(graph: QueryGraph) -> Iterable[State]:
    """Where clients begin: each root type that they see, in hand of every subgraph that has it."""
    for type_name in graph.supergraph.root_types.values():
        if type_name in graph.supergraph.public:
            yield State(type_name, frozenset(graph.root_slots(type_name)))
