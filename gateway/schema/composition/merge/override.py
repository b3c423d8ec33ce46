"""``@override``: which subgraph takes a field over from which, at once or under a label."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from graphql import StringValueNode

from gateway.schema.codes import ErrorCode, HintCode
from gateway.schema.composition.merge.interface_objects import abstracting_fields
from gateway.schema.composition.merge.phrase import say_list
from gateway.schema.composition.merge.state import MergeState, Part
from gateway.schema.subgraph.model import Applied, Field, Kind, applied, has
from gateway.types import Label, SubgraphName

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_\-:./]*")
_PERCENT = re.compile(r"percent\((?:\d{1,2}(?:\.\d{1,8})?|100)\)")

Sources = Sequence[tuple[Part, Field]]


@dataclass(slots=True)
class Overrides:
    """Of one field: who lost it, whether the loser still needs it, and under which label."""

    used: set[SubgraphName] = field(default_factory=set)
    unused: set[SubgraphName] = field(default_factory=set)
    labels: dict[SubgraphName, Label] = field(default_factory=dict)

    def is_overridden(self, subgraph: SubgraphName) -> bool:
        return subgraph in self.used or subgraph in self.unused


def find_overrides(state: MergeState, sources: Sources) -> Overrides:
    """Check each ``@override`` of a field and say what follows from it."""
    overrides = Overrides()
    overriding = {part.name: d for part, source in sources if (d := _override(source)) is not None}
    for part, source in sources:
        directive = overriding.get(part.name)
        if directive is None:
            continue
        if _check_place(state, part, source):
            _take_over(state, overrides, overriding, (part, source), sources, _text(directive, "from"))
    return overrides


def _override(source: Field) -> Applied | None:
    return next(applied(source, "override"), None)


def _text(directive: Applied, name: str) -> str:
    value = directive.arguments.get(name)
    return value.value if isinstance(value, StringValueNode) else ""


def _check_place(state: MergeState, part: Part, source: Field) -> bool:
    parent = part.schema.types[source.parent]
    if parent.kind is Kind.INTERFACE:
        message = (
            f'@override cannot be used on {source.coordinate} in subgraph "{part.name}": it is a field of an interface.'
        )
        state.fail(ErrorCode.OVERRIDE_ON_INTERFACE, message, source.coordinate, [(part, source.node)])
        return False
    if has(parent, "interfaceObject"):
        message = f'@override cannot be used on {source.coordinate} in subgraph "{part.name}": {parent.name} is an @interfaceObject there.'
        state.fail(
            ErrorCode.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE, message, source.coordinate, [(part, source.node)]
        )
        return False
    return True


def _take_over(
    state: MergeState,
    overrides: Overrides,
    overriding: dict[SubgraphName, Applied],
    winner: tuple[Part, Field],
    sources: Sources,
    loser_name: SubgraphName,
) -> None:
    part, source = winner
    coordinate, place = source.coordinate, [(part, source.node)]
    loser = next((p for p in state.parts if p.name == loser_name), None)
    losing = next((f for p, f in sources if p.name == loser_name), None)
    if loser is None:
        known = say_list(p.name for p in state.parts if p.name != part.name)
        message = f'{coordinate} in subgraph "{part.name}" overrides subgraph "{loser_name}", which does not exist (there are {known}).'
        state.hint(HintCode.FROM_SUBGRAPH_DOES_NOT_EXIST, message, coordinate, place)
    elif loser is part:
        message = f'{coordinate} in subgraph "{part.name}" overrides its own subgraph; name the one that the field is taken from.'
        state.fail(ErrorCode.OVERRIDE_FROM_SELF_ERROR, message, coordinate, place)
    elif loser_name in overriding:
        message = f'{coordinate} is taken over from subgraph "{loser_name}" by "{part.name}", and has @override in "{loser_name}" too; keep one of them.'
        state.fail(
            ErrorCode.OVERRIDE_SOURCE_HAS_OVERRIDE,
            message,
            coordinate,
            [*place, (loser, losing.node if losing else None)],
        )
    elif losing is None:
        _without_source(state, winner, loser)
    elif _check_collision(state, winner, (loser, losing)):
        _mark(state, overrides, winner, (loser, losing))


def _without_source(state: MergeState, winner: tuple[Part, Field], loser: Part) -> None:
    part, source = winner
    coordinate = source.coordinate
    if abstracting_fields(state, loser, source.parent, source.name):
        message = (
            f'{coordinate} in subgraph "{part.name}" cannot override subgraph "{loser.name}": '
            "that subgraph resolves it by an @interfaceObject, for all implementations at once."
        )
        code = ErrorCode.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE
        state.fail(code, message, coordinate, [(part, source.node)])
        return
    message = (
        f'Subgraph "{loser.name}" no longer has {coordinate}: its @override in subgraph "{part.name}" can be removed.'
    )
    state.hint(HintCode.OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, message, coordinate, [(part, source.node)])


def _check_collision(state: MergeState, winner: tuple[Part, Field], loser: tuple[Part, Field]) -> bool:
    part, source = winner
    other, losing = loser
    found = next(((other, losing, spec) for spec in ("requires", "provides") if has(losing, spec)), None)
    if found is None and source.coordinate in part.facts.external:
        found = (part, source, "external")
    if found is None:
        return True
    where, at, spec = found
    message = (
        f'{source.coordinate} cannot be taken over by subgraph "{part.name}" from "{other.name}": '
        f'it is marked @{where.schema.local(spec)} in subgraph "{where.name}".'
    )
    code = ErrorCode.OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE
    state.fail(code, message, source.coordinate, [(part, source.node), (where, at.node)])
    return False


def _mark(state: MergeState, overrides: Overrides, winner: tuple[Part, Field], loser: tuple[Part, Field]) -> None:
    part, source = winner
    other, losing = loser
    coordinate = source.coordinate
    places = [(part, source.node), (other, losing.node)]
    label = _read_label(state, winner)
    if coordinate in other.facts.external:
        message = f'{coordinate} is @external in subgraph "{other.name}": its @override in subgraph "{part.name}" can be removed.'
        state.hint(HintCode.OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, message, coordinate, places)
        return
    is_used = coordinate in other.facts.used
    (overrides.used if is_used else overrides.unused).add(other.name)
    if label is None:
        needed = (
            " It is still needed there by a key, @requires, @provides or an interface: mark it @external."
            if is_used
            else ""
        )
        message = f'{coordinate} is resolved by subgraph "{part.name}"; it can be removed from "{other.name}".{needed}'
        state.hint(HintCode.OVERRIDDEN_FIELD_CAN_BE_REMOVED, message, coordinate, places)
        return
    overrides.labels[part.name] = overrides.labels[other.name] = label
    message = f'{coordinate} moves from subgraph "{other.name}" to "{part.name}" under the label "{label}".'
    state.hint(HintCode.OVERRIDE_MIGRATION_IN_PROGRESS, message, coordinate, places)


def _read_label(state: MergeState, winner: tuple[Part, Field]) -> Label | None:
    part, source = winner
    directive = _override(source)
    label = _text(directive, "label") if directive else ""
    if not label or _LABEL.fullmatch(label) or _PERCENT.fullmatch(label):
        return label or None
    message = (
        f'{source.coordinate} in subgraph "{part.name}" has the override label "{label}": a label begins with a letter and '
        "goes on with letters, digits and _ - : . /, or is percent(x) with x from 0 to 100."
    )
    state.fail(ErrorCode.OVERRIDE_LABEL_INVALID, message, source.coordinate, [(part, source.node)])
    return None
