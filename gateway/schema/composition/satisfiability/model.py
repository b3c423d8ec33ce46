"""What the proof of satisfiability walks over: a place in the public schema, and the slots a client can arrive there with."""

from dataclasses import dataclass, field
from enum import Enum

from gateway.errors import CompositionError, Hint
from gateway.schema.query_graph import Slot
from gateway.types import FieldName, TypeName


@dataclass(frozen=True, slots=True)
class Satisfiability:
    """The outcome. Without errors, every operation on the public schema can be planned."""

    errors: tuple[CompositionError, ...] = ()
    hints: tuple[Hint, ...] = ()


class Step(Enum):
    """How a client goes from one state to the next."""

    FIELD = "field"
    TYPE_CONDITION = "type condition"


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """An object of supergraph type ``type`` that is in hand as any of ``slots``; every longer way starts from one of them.

    ``contexts`` are the contexts whose values an enclosing object can give. ``parent``, ``step`` and ``name`` tell how a client
    came here; a root has no parent.
    """

    type: TypeName
    slots: frozenset[Slot]
    contexts: frozenset[str] = frozenset()
    parent: "State | None" = None
    step: Step = Step.FIELD
    name: "FieldName | TypeName" = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """A field or a concrete type that cannot be reached from a state.

    ``below`` is empty but for a mutation field of several subgraphs: a client's call goes to one of them, and there it has for
    each the first thing that cannot be reached.
    """

    state: State
    step: Step
    name: "FieldName | TypeName"
    below: tuple["Failure", ...] = ()

    @property
    def subject(self) -> tuple[TypeName, Step, str]:
        """What failures are the same: one is enough for each field and for each type that cannot be told."""
        return self.state.type, self.step, self.name


@dataclass(slots=True)
class Findings:
    """What a walk saw: what is out of reach, and the states behind fields that several subgraphs resolve to an abstract type."""

    failures: dict[tuple[TypeName, Step, str], Failure] = field(default_factory=dict)
    shared: dict[tuple[TypeName, FieldName], State] = field(default_factory=dict)
