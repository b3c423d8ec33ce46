"""Members differ: what a member is asked where its own schema lacks something, and the nulls that stand for that in its answer.

What it lacks becomes null at the nearest field that may be (as an error would, GraphQL specification, section 6.4.4); a part of which
nothing is left it is not asked at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from gateway.resolvers.subgraph_client.partitions.shapes import ENTITIES, Shape
from gateway.schema.selection import Field, InlineFragment, SelectionSet
from gateway.schema.subgraph import SubgraphSchema, read_subgraph
from gateway.schema.supergraph import SubgraphView
from gateway.types import OperationKind, ResponseKey, TypeName

TYPENAME: Final = Field("__typename", "_gather_typename")
"""What is asked where nothing else is left of an object."""

DEFAULT_ROOTS: Final = {
    OperationKind.QUERY: "Query",
    OperationKind.MUTATION: "Mutation",
    OperationKind.SUBSCRIPTION: "Subscription",
}

Blank = tuple[ResponseKey, ...]
"""The way to a field that is null because the member does not have it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a member can be asked: the fields, in their order, None for one it cannot answer at all, and what is null in its answer."""

    fields: tuple[Field | None, ...]
    blanks: tuple[Blank, ...]
    text: str
    names: tuple[str, ...]

    def fill(self, data: Any) -> None:
        """Put the nulls into an answer."""
        for blank in self.blanks:
            _blank(data, blank)


def _blank(value: Any, path: Blank) -> None:
    if isinstance(value, list):
        for item in value:
            _blank(item, path)
    elif isinstance(value, dict):
        if len(path) == 1:
            value.setdefault(path[0], None)
        else:
            _blank(value.get(path[0]), path[1:])


class Narrowing:
    """Knows the schemas of one subgraph's members, and what each of them makes of the requests seen last."""

    def __init__(self, view: SubgraphView, roots: Mapping[OperationKind, TypeName]) -> None:
        self._view, self._roots = view, roots

    def narrow(self, shape: Shape, fields: Sequence[Field], sdl: str) -> Narrowed | None:
        """What a member with this schema is asked; None where it is asked for all. Worked out once."""
        key = (sdl, tuple(map(id, fields)))
        if key not in shape.narrowed:
            shape.narrowed[key] = self._narrow(shape, fields, sdl)
        found = shape.narrowed[key]
        return found if isinstance(found, Narrowed) else None

    def _narrow(self, shape: Shape, fields: Sequence[Field], sdl: str) -> Narrowed | None:
        schema = read_subgraph(self._view.name, self._view.url, sdl).schema
        if schema is None:
            return None
        reader = _Reader(schema, self._view)
        root = self._roots[shape.kind]
        narrowed = tuple(reader.root(root, DEFAULT_ROOTS[shape.kind], field) for field in fields)
        if narrowed == tuple(fields) and not reader.blanks:
            return None
        left = tuple(field for field in narrowed if field is not None)
        text, names = shape.print(left) if left else ("", ())
        return Narrowed(narrowed, tuple(dict.fromkeys(reader.blanks)), text, names)


class _LackingError(Exception):
    """A field that may not be null is lacking; the field around it is then."""


class _Reader:
    def __init__(self, schema: SubgraphSchema, view: SubgraphView) -> None:
        self._schema, self._view = schema, view
        self.blanks: list[Blank] = []

    def root(self, parent: TypeName, own_parent: TypeName, field: Field) -> Field | None:
        """A root field, None where the member cannot answer it."""
        try:
            if field.name == ENTITIES:
                selections = tuple(self._selections("", "", field.selections, (field.response_key,)))
                return replace(field, selections=selections) if selections else None
            return self._field(parent, own_parent, field, ())
        except _LackingError:
            return None

    def _field(self, parent: TypeName, own_parent: TypeName, field: Field, path: Blank) -> Field:
        if field.name.startswith("__"):
            return field
        type_ = self._schema.types.get(own_parent)
        own = type_.fields.get(field.name) if type_ is not None else None
        if own is None or any(argument.name not in own.arguments for argument in field.arguments):
            raise _LackingError
        if not field.selections:
            return field
        known = self._view.types[parent].fields.get(field.name)
        inner = known.type_name if known is not None else own.base
        here = (*path, field.response_key)
        selections = tuple(self._selections(inner, own.base, field.selections, here))
        return replace(field, selections=selections or (TYPENAME,))

    def _selections(
        self, parent: TypeName, own_parent: TypeName, selections: SelectionSet, path: Blank
    ) -> Iterator[Field | InlineFragment]:
        for selection in selections:
            if isinstance(selection, InlineFragment):
                yield from self._fragment(parent, own_parent, selection, path)
                continue
            noted = len(self.blanks)
            try:
                yield self._field(parent, own_parent, selection, path)
            except _LackingError:
                del self.blanks[noted:]
                if not self._may_be_null(parent, selection):
                    raise
                self.blanks.append((*path, selection.response_key))

    def _fragment(
        self, parent: TypeName, own_parent: TypeName, fragment: InlineFragment, path: Blank
    ) -> Iterator[InlineFragment]:
        condition = fragment.type_condition
        if condition is not None and condition not in self._schema.types:
            return
        inner = tuple(self._selections(condition or parent, condition or own_parent, fragment.selections, path))
        yield replace(fragment, selections=inner or (TYPENAME,))

    def _may_be_null(self, parent: TypeName, field: Field) -> bool:
        type_ = self._view.types.get(parent)
        known = type_.fields.get(field.name) if type_ is not None else None
        return known is None or not known.type.endswith("!")
