"""What a subgraph gets to know an entity by: representations, read from the merged data and sent once each."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from gateway.resolvers.executor.paths import JsonObject, find_objects
from gateway.resolvers.query_plan import EntityPart, Path
from gateway.schema.selection import Field, SelectionSet
from gateway.schema.supergraph import Supergraph
from gateway.types import FieldName, ResponseKey, TypeName

ABSENT: Final = object()
"""What is read where the merged data has no such key. Null is a value, this is none."""


@dataclass(frozen=True, slots=True)
class FieldReader:
    """Read ``key`` of an object, write it as ``name``. ``inner`` reads the objects that the value holds, if it holds any."""

    key: ResponseKey
    name: FieldName
    is_nullable: bool
    inner: "Reader" = ()


@dataclass(frozen=True, slots=True)
class FragmentReader:
    """Read more of objects that are of one of ``types``."""

    types: tuple[TypeName, ...]
    inner: "Reader"


Reader = tuple[FieldReader | FragmentReader, ...]


@dataclass(frozen=True, slots=True)
class InputReader:
    """How one kind of object becomes a representation. ``typename`` None sends the object's own."""

    typename: TypeName | None
    reader: Reader


@dataclass(frozen=True, slots=True)
class Inputs:
    """A part's inputs, by the object's type. ``otherwise`` is for objects of any other type."""

    by_type: Mapping[TypeName, InputReader]
    otherwise: InputReader | None


@dataclass(slots=True)
class Batch:
    """The representations of one ``_entities`` call, each with all objects that its entity will be merged into."""

    representations: list[JsonObject] = field(default_factory=list)
    targets: list[list[JsonObject]] = field(default_factory=list)
    _index: dict[bytes, int] = field(default_factory=dict)

    def add(self, representation: JsonObject, target: JsonObject) -> None:
        """Send ``representation`` for ``target``, along with any equal one that is already there."""
        index = self._index.setdefault(msgspec.json.encode(representation), len(self.targets))
        if index == len(self.targets):
            self.representations.append(representation)
            self.targets.append([])
        self.targets[index].append(target)


def read_inputs(part: EntityPart, supergraph: Supergraph) -> Inputs:
    """Prepare a part's inputs; done once per plan."""
    by_type: dict[TypeName, InputReader] = {}
    otherwise: InputReader | None = None
    for entity_input in part.inputs:
        for type_name in entity_input.on:
            reader = _read(entity_input.selections, type_name, supergraph)
            by_type[type_name] = InputReader(entity_input.typename, reader)
        if not entity_input.on:
            reader = _read(entity_input.selections, entity_input.typename, supergraph)
            otherwise = InputReader(entity_input.typename, reader)
    return Inputs(by_type, otherwise)


def _read(selections: SelectionSet, type_name: TypeName | None, supergraph: Supergraph) -> Reader:
    readers: list[FieldReader | FragmentReader] = []
    for selection in selections:
        if isinstance(selection, Field):
            readers.append(_read_field(selection, type_name, supergraph))
            continue
        condition = selection.type_condition or type_name
        inner = _read(selection.selections, condition, supergraph)
        if condition is None or selection.type_condition is None:
            readers.extend(inner)
        else:
            types = supergraph.possible_types.get(condition, (condition,))
            readers.append(FragmentReader(types, inner))
    return tuple(readers)


def _read_field(selection: Field, type_name: TypeName | None, supergraph: Supergraph) -> FieldReader:
    declared = supergraph.field_types.get(type_name or "", {}).get(selection.name, "")
    inner = _read(selection.selections, declared.strip("[]!") or None, supergraph)
    return FieldReader(selection.response_key, selection.name, not declared.endswith("!"), inner)


def collect(inputs: Inputs, root: JsonObject, paths: tuple[Path, ...], batch: Batch) -> None:
    """Add to ``batch`` every object at ``paths`` that has all it takes to be known.

    An object that lacks an input, or has null where the schema allows none, is left out: nobody could resolve it.
    """
    seen: set[int] = set()
    for path in paths:
        for target in find_objects(root, path):
            if id(target) not in seen:
                seen.add(id(target))
                represent(inputs, target, batch)


def represent(inputs: Inputs, target: JsonObject, batch: Batch) -> None:
    """Add ``target`` to ``batch`` if a representation of it can be made."""
    own = target.get("__typename")
    found = inputs.by_type.get(own, inputs.otherwise) if isinstance(own, str) else inputs.otherwise
    typename = found and (found.typename or own)
    if found is None or typename is None:
        return
    representation: JsonObject = {"__typename": typename}
    if _write(found.reader, target, representation):
        batch.add(representation, target)


def matches(source: JsonObject, types: Container[TypeName]) -> bool:
    """Whether an object is of one of ``types``. One that does not tell its type has only one: plans ask for it where there are more."""
    return "__typename" not in source or source["__typename"] in types


def _write(reader: Reader, source: JsonObject, representation: JsonObject) -> bool:
    """Write what ``reader`` reads; False where something is missing."""
    for part in reader:
        if isinstance(part, FragmentReader):
            if matches(source, part.types) and not _write(part.inner, source, representation):
                return False
            continue
        value = source.get(part.key, ABSENT)
        if part.inner and value is not ABSENT:
            value = _write_inner(part.inner, value, representation.get(part.name))
        if value is ABSENT or (value is None and not part.is_nullable):
            return False
        representation[part.name] = value
    return True


def _write_inner(reader: Reader, value: Any, written: Any) -> Any:
    """The part of ``value`` that ``reader`` reads, added to what another selection has ``written`` of the same field."""
    if isinstance(value, list):
        before = written if isinstance(written, list) else [None] * len(value)
        items = [_write_inner(reader, item, old) for item, old in zip(value, before, strict=True)]
        return ABSENT if any(item is ABSENT for item in items) else items
    if not isinstance(value, dict):
        return value
    inner: JsonObject = written if isinstance(written, dict) else {}
    return inner if _write(reader, value, inner) else ABSENT
