"""A slot: one way in which a subgraph can have an object in hand, and the ``@provides`` view that came with it."""

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from gateway.schema.selection import Field, Selection, SelectionSet
from gateway.types import FieldName, SubgraphName, TypeName

View: TypeAlias = tuple[tuple[str, "View"], ...]
"""External fields that may be read here, by name, each with the view of its own object; ``...T`` leads to those of type T.

Sorted, so that equal views are equal tuples.
"""

KEYS_ONLY = "!"
"""In ``Slot.only``: the object came from an interface object as one of its types; only key fields may be read."""

JOINED = "+"
"""In ``Slot.only``: the plain fields of a step that is made for a conditional field anyway, at that step's wave."""


class Slot(NamedTuple):
    """An object in hand of ``graph``, which knows it as ``type``.

    ``only`` is empty for a slot that offers every plain field, a field's name for one that was entered for this conditional
    field (``@requires``, ``@fromContext``) and offers only it, or one of the marks above.
    """

    graph: SubgraphName
    type: TypeName
    view: View = ()
    only: str = ""

    @property
    def is_conditional(self) -> bool:
        return self.only not in ("", KEYS_ONLY, JOINED)


def read_view(selections: SelectionSet, outer: View = ()) -> View:
    """The view that ``@provides`` gives, added to what an outer view says of the same object."""
    if not selections:
        return outer
    found = dict(outer)
    for selection in selections:
        name = _view_key(selection)
        if name is None:
            found.update(dict(read_view(selection.selections, tuple(found.items()))))
        else:
            found[name] = read_view(selection.selections, found.get(name, ()))
    return tuple(sorted(found.items()))


def _view_key(selection: Selection) -> str | None:
    if isinstance(selection, Field):
        return selection.name
    return f"...{selection.type_condition}" if selection.type_condition else None


def view_of_field(view: View, name: FieldName) -> View | None:
    """The view of the object behind a provided field, or None where the view does not have the field."""
    return next((inner for key, inner in view if key == name), None)


def view_of_type(view: View, types: Iterable[TypeName]) -> View:
    """The view of an object that turns out to be of these types (its own and its interfaces')."""
    if not view:
        return ()
    found = {key: inner for key, inner in view if not key.startswith("...")}
    for key, inner in view:
        if key.removeprefix("...") in types and key.startswith("..."):
            found.update({name: v for name, v in inner if not name.startswith("...")})
    return tuple(sorted(found.items()))
