"""The root fields of a mutation, one by one, in the order in which they must run.

A response key runs once, where it first stands with conditions that hold (GraphQL specification, section 6.3.2, CollectFields), with
everything that is selected under it anywhere. Where that place depends on variables, the field gets an entry for each place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.schema.selection import Field, Guard, InlineFragment, Selection, SelectionSet
from gateway.types import FieldName, ResponseKey

Guards = tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class RootField:
    """A root field with all that is selected on it, at one place."""

    key: ResponseKey
    name: FieldName
    selection: Selection


@dataclass(frozen=True, slots=True)
class _Occurrence:
    key: ResponseKey
    name: FieldName
    guards: Guards
    selection: Selection


def root_fields(selections: SelectionSet) -> list[RootField]:
    """The root fields in the order in which they run."""
    occurrences = [occurrence for selection in selections for occurrence in _occurrences(selection, ())]
    by_key: dict[ResponseKey, list[_Occurrence]] = {}
    for occurrence in occurrences:
        by_key.setdefault(occurrence.key, []).append(occurrence)
    open_cases: dict[ResponseKey, list[Guards]] = {key: [()] for key in by_key}
    found: list[RootField] = []
    for occurrence in occurrences:
        together = tuple(other.selection for other in by_key[occurrence.key])
        still_open: list[Guards] = []
        for case in open_cases[occurrence.key]:
            guards = _both(case, occurrence.guards)
            if guards is not None:
                found.append(_root_field(occurrence, guards, together))
            still_open += _rest(case, occurrence.guards)
        open_cases[occurrence.key] = still_open
    return found


def _root_field(occurrence: _Occurrence, guards: Guards, together: SelectionSet) -> RootField:
    if len(together) == 1 or (not guards and not occurrence.guards):
        selection = together[0] if len(together) == 1 else InlineFragment(None, selections=together)
    else:
        selection = InlineFragment(None, guards=guards, selections=together)
    return RootField(occurrence.key, occurrence.name, selection)


def _occurrences(selection: Selection, outer: Guards) -> Iterator[_Occurrence]:
    """Every root field, in the fragments around it."""
    guards = tuple(sorted({*outer, *selection.guards}))
    if isinstance(selection, Field):
        yield _Occurrence(selection.response_key, selection.name, guards, selection)
        return
    for inner in selection.selections:
        for one in _occurrences(inner, guards):
            around = InlineFragment(selection.type_condition, selection.guards, selection.directives, (one.selection,))
            yield _Occurrence(one.key, one.name, one.guards, around)


def _both(a: Guards, b: Guards) -> Guards | None:
    """Both sets of conditions, or None where they contradict each other."""
    joined = {*a, *b}
    return tuple(sorted(joined)) if len({guard.variable for guard in joined}) == len(joined) else None


def _rest(case: Guards, guards: Guards) -> Iterator[Guards]:
    """The part of a case in which not all of ``guards`` hold, as cases that exclude each other."""
    held = case
    for guard in guards:
        failed = _both(held, (Guard(guard.variable, not guard.expected),))
        if failed is not None:
            yield failed
        both = _both(held, (guard,))
        if both is None:
            return
        held = both
