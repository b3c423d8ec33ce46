"""A position: one object scope of an operation or of a key, from which fields and type branches lead to others."""

from gateway.schema.query_graph.slots import Slot
from gateway.schema.selection import Field
from gateway.types import FieldName, TypeName


class Position:
    """An object scope of supergraph type ``type``, reached from ``parent`` by ``field`` or, as the same object, by ``branch``.

    ``relevant`` are the conditional fields that are wanted of this object: only these are tried. ``active`` maps slots that a
    committed step already has in hand to the wave of that step; using them costs nothing.
    """

    __slots__ = ("active", "branch", "depth", "field", "parent", "relevant", "type", "virtual")

    def __init__(
        self,
        type_name: TypeName,
        parent: "Position | None" = None,
        *,
        field: Field | None = None,
        branch: TypeName | None = None,
    ) -> None:
        self.type = type_name
        self.parent = parent
        self.field = field
        self.branch = branch
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.relevant: set[FieldName] = set()
        self.active: dict[Slot, int] = {}
        self.virtual: dict[object, Position] = {}

    def inner(self, field: Field, type_name: TypeName) -> "Position":
        """The position behind a composite field that a key or a requirement reads; the same one for the same field."""
        key = (field.name, field.arguments)
        if key not in self.virtual:
            self.virtual[key] = self.make(type_name, field=field)
        return self.virtual[key]

    def exploded(self, type_name: TypeName, source: object) -> "Position":
        """The branch for one concrete type of the objects that come by ``source``."""
        key = (type_name, source)
        if key not in self.virtual:
            self.virtual[key] = self.make(type_name, branch=type_name)
        return self.virtual[key]

    def make(self, type_name: TypeName, *, field: Field | None = None, branch: TypeName | None = None) -> "Position":
        """A new child; a subclass makes children of its own kind."""
        return Position(type_name, self, field=field, branch=branch)
