"""Make errors and hints of what a walk found."""

from collections.abc import Iterable

from gateway.errors import CompositionError, Hint
from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.satisfiability.model import Failure, State, Step
from gateway.schema.composition.satisfiability.reasons import Explainer, Reason
from gateway.schema.composition.satisfiability.runtime_types import Known, in_common, known_types
from gateway.schema.composition.satisfiability.walk import Walk
from gateway.schema.composition.satisfiability.witness import print_witness


def report_failure(walk: Walk, failure: Failure) -> CompositionError:
    """The error for something out of reach: a witness operation, then every reason."""
    state, name = failure.state, failure.name
    coordinate = name if failure.step is Step.TYPE_CONDITION else f"{state.type}.{name}"
    explainer = Explainer(walk, state)
    reasons = _reasons(explainer, failure)
    lines = [
        f"{coordinate} is out of reach in this operation:",
        print_witness(walk.graph.supergraph.api_schema, state, failure.step, name),
        f"There, the {state.type} comes from {_listed(explainer.origins)}.",
        *(f"- {reason.text}." for reason in reasons),
    ]
    return CompositionError(
        ErrorCode.SATISFIABILITY_ERROR,
        "\n".join(lines),
        coordinate=coordinate,
        subgraphs=tuple(sorted({*explainer.origins, *(reason.subgraph for reason in reasons)})),
        mend=next((reason.mend for reason in reasons if reason.mend), ErrorCode.SATISFIABILITY_ERROR.mend),
    )


def _reasons(explainer: Explainer, failure: Failure) -> list[Reason]:
    if failure.below:
        return [_sent_to(below) for below in failure.below]
    if failure.step is Step.TYPE_CONDITION:
        return explainer.why_no_type(failure.name)
    return explainer.why_no_field(failure.name)


def _sent_to(below: Failure) -> Reason:
    """A mutation goes to one subgraph; this is what is missing if it goes to that of ``below``."""
    first = below.state
    while first.parent is not None and first.parent.parent is not None:
        first = first.parent
    (slot,) = first.slots
    missing = f"{below.state.type}.{below.name}" if below.step is Step.FIELD else below.name
    text = f"a mutation is sent to one subgraph only, and if that is {slot.graph}, {missing} is out of reach"
    return Reason(slot.graph, text, f"Make {missing} reachable from {slot.graph}.")


def report_disjoint(walk: Walk, state: State) -> CompositionError:
    """The error for a shared field whose subgraphs can never return the same object."""
    coordinate, known = _coordinate(state), known_types(walk.graph, state)
    return CompositionError(
        ErrorCode.SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES,
        f"{coordinate} is shared, and no concrete type of {state.type} is known to all of its subgraphs: {_knowledge(known)}.",
        coordinate=coordinate,
        subgraphs=tuple(known),
        mend=ErrorCode.SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES.mend,
    )


def report_differing(walk: Walk, state: State) -> Hint:
    """The hint for a shared field whose subgraphs may return different objects."""
    coordinate, known = _coordinate(state), known_types(walk.graph, state)
    return Hint(
        HintCode.INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN,
        f"{coordinate} is shared, and its subgraphs know different types of {state.type}: {_knowledge(known)}. "
        f"It should return {_listed(sorted(in_common(known)))} only.",
        coordinate=coordinate,
        subgraphs=tuple(known),
    )


def report_too_many_steps(most: int) -> CompositionError:
    """The error for a proof that was given up after ``most`` steps."""
    code = ErrorCode.MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED
    message = f"Types can be arrived at in too many ways: after {most:,} steps the proof was given up."
    return CompositionError(code, message, mend=code.mend)


def _coordinate(state: State) -> str:
    assert state.parent is not None  # noqa: S101  # a field led there
    return f"{state.parent.type}.{state.name}"


def _knowledge(known: Known) -> str:
    return "; ".join(f"{graph} knows {_listed(types) or 'none'}" for graph, types in known.items())


def _listed(names: Iterable[str]) -> str:
    *rest, last = names or ("",)
    return f"{', '.join(rest)} and {last}" if rest else last
