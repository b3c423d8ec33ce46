"""Generated functions that collect a call's representations from what is there so far."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from graphql import GraphQLEnumType, GraphQLList, GraphQLNonNull

from gateway.resolvers.executor.compiled.answer_tree import Creator, Node, Slot, Spot
from gateway.resolvers.executor.compiled.places import ClassName, Place
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.resolvers.executor.compiled.source import Body, Writer, write_apart, write_walk
from gateway.resolvers.executor.compiled.structs import SCALARS, TYPENAME, attribute
from gateway.resolvers.executor.representations import FieldReader, FragmentReader, InputReader, Reader

MAX_COMPARED: Final = 3
"""How many values of two objects are compared to find that they are equal."""


@dataclass(frozen=True, slots=True)
class Target:
    """One place whose objects a part is for, their group, and how each becomes a representation.

    ``origin``: another part that has collected these objects, and put those that are one entity to it, so that one of each is enough.
    """

    place: Place
    group: int
    node: Node
    input: InputReader | None
    """None where objects of this type cannot be asked for."""
    class_name: str = ""
    origin: Creator | None = None

    def readers(self) -> list[FieldReader]:
        """The fields of a representation, but for ``__typename``, which is written anyway."""
        if self.input is None:
            return []
        found = merged(plain_fields(self.input.reader, self.node.type_name))
        return [reader for reader in found if reader.key != TYPENAME]

    @property
    def typename(self) -> str:
        return (self.input and self.input.typename) or self.node.type_name


def collected(creator: Creator) -> str:
    """The name under which the objects that a part has collected are kept: a list for each entity."""
    return f"collected_{creator[0]}_{creator[1]}"


def write_collect(writer: Writer, creator: Creator, targets: Iterable[Target], groups: int, only: ClassName) -> None:
    """Write ``collect_…(state) -> (representations, targets of group 0, targets of group 1, …)``.

    An object that lacks an input is left out, and the state noted as patchy: some of its values may not be brought.
    """
    targets = list(targets)
    name = f"collect_{creator[0]}_{creator[1]}"
    inputs = _Inputs(writer, name, only)
    indexes: dict[tuple[str, ...], str] = {}
    bodies = [(target, _represent(target, inputs, indexes, groups)) for target in targets]
    start = len(writer.lines)
    writer.write(f"def {name}(state):")
    writer.depth += 1
    names = [f"targets_{group}" for group in range(groups)]
    writer.write("representations = []")
    for index in indexes.values():
        writer.write(f"{index} = {{}}")
    for each in names:
        writer.write(f"{each} = []")
    for target, body in bodies:
        if target.origin is not None:
            writer.write(f"for objects in state.{collected(target.origin)}:")
            writer.depth += 1
            writer.write("first = objects[0]")
            write_apart(writer, "first", None, body)
            writer.depth -= 1
    write_walk(writer, [(target.place, body) for target, body in bodies if target.origin is None])
    if groups == 1:
        writer.write(f"state.{collected(creator)} = targets_0")
    writer.write("return (" + "".join(f"{each}, " for each in ("representations", *names)) + ")")
    writer.depth -= 1
    function = writer.lines[start:]
    writer.lines[start:] = inputs.lines + function


def _represent(target: Target, inputs: "_Inputs", indexes: dict[tuple[str, ...], str], groups: int) -> Body:
    """``indexes`` are the dicts by which equal representations, and equal objects, are found: one for each type and its fields."""
    readers = target.readers()
    slots = [target.node.slots[reader.key] for reader in readers if reader.key in target.node.slots]
    if target.input is None or len(slots) < len(readers):
        return _write_patchy
    pairs = list(zip(readers, slots, strict=True))
    functions = {reader.key: inputs.function(reader, slot) for reader, slot in pairs if reader.inner}
    is_plain = bool(pairs) and not functions and all(is_hashable(slot) for slot in slots)
    kind = (target.typename, *(reader.name for reader in readers)) if is_plain else ()
    index = indexes.setdefault(kind, f"index_{len(indexes)}")
    others = beside(target, readers) if is_plain else None
    same = None if others is None else indexes.setdefault(("same", target.class_name, *kind), f"index_{len(indexes)}")

    def body(writer: Writer, item: str, holder: str | None) -> None:
        values = []
        for reader, _ in pairs:
            values.append(value := writer.name())
            read = f"{item}.{attribute(reader.key)}"
            writer.write(f"{value} = {functions[reader.key]}({read})" if reader.inner else f"{value} = {read}")
        doubtful = [
            value
            for value, (reader, slot) in zip(values, pairs, strict=True)
            if reader.inner or slot.creator != target.node.creator
        ]
        if doubtful:
            writer.write(f"if {' or '.join(f'{value} is UNSET' for value in doubtful)}:")
            writer.write("    state.is_patchy = True")
            writer.write("else:")
            writer.depth += 1
        entries = "".join(f', "{reader.name}": {value}' for value, (reader, _) in zip(values, pairs, strict=True))
        representation = f'{{"__typename": "{target.typename}"{entries}}}'
        if is_plain:
            key = values[0] if len(values) == 1 else f"({', '.join(values)})"
        else:
            key = writer.name()
            writer.write(f"{key} = encode({representation})")
        if same is not None and holder is not None and target.origin is None:
            _write_same(writer, item, holder, same, key, others or [])
        _write_found(writer, item, index, key, representation, target, groups)

    return body


def _write_patchy(writer: Writer, _item: str, _holder: str | None) -> None:
    """Nobody can know these objects, so nobody brings what they lack."""
    writer.write("state.is_patchy = True")


def beside(target: Target, readers: Iterable[FieldReader]) -> list[Slot] | None:
    """The slots that must be equal too for equal representations to be equal objects; None where that is not easily told."""
    keys = {reader.key for reader in readers}
    own = [slot for slot in target.node.slots.values() if slot.creator == target.node.creator]
    others = [slot for slot in own if slot.key not in keys]
    if not keys <= {slot.key for slot in own} or len(others) > MAX_COMPARED:
        return None
    return others if all(slot.spot is None and is_hashable(slot) and is_exact(slot) for slot in own) else None


def _write_same(writer: Writer, item: str, holder: str, same: str, key: str, others: Iterable[Slot]) -> None:
    """Write: where an equal object came by before, hold that one instead; what is brought to it later is brought once."""
    known = writer.name()
    writer.write(f"{known} = {same}.get({key})")
    equal = "".join(f" and {known}.{attribute(slot.key)} == {item}.{attribute(slot.key)}" for slot in others)
    writer.write(f"if {known} is not None{equal}:")
    writer.write(f"    {holder} = {known}")
    writer.write("else:")
    writer.depth += 1
    writer.write(f"{same}[{key}] = {item}")


def _write_found(
    writer: Writer, item: str, index: str, key: str, representation: str, target: Target, groups: int
) -> None:
    found = writer.name()
    writer.write(f"{found} = {index}.get({key})")
    writer.write(f"if {found} is None:")
    writer.write(f"    {found} = {index}[{key}] = len(representations)")
    writer.write(f"    representations.append({representation})")
    for each in range(groups):
        writer.write(f"    targets_{each}.append([])")
    add = "extend(objects)" if target.origin is not None else f"append({item})"
    writer.write(f"targets_{target.group}[{found}].{add}")


def is_exact(slot: Slot) -> bool:
    """Whether equal values are written alike: 1 and 1.0 are not."""
    return str(slot.type).strip("!") != "Float"


def is_hashable(slot: Slot) -> bool:
    """Whether a slot's values can be the keys of a dict that tells them apart as JSON does."""
    nullable = slot.type.of_type if isinstance(slot.type, GraphQLNonNull) else slot.type
    return isinstance(nullable, GraphQLEnumType) or str(nullable) in SCALARS


def plain_fields(reader: Iterable[FieldReader | FragmentReader], type_name: str) -> Iterator[FieldReader]:
    """The fields read of an object of this type, its fragments resolved."""
    for part in reader:
        if isinstance(part, FieldReader):
            yield part
        elif type_name in part.types:
            yield from plain_fields(part.inner, type_name)


def merged(readers: Iterable[FieldReader]) -> list[FieldReader]:
    """The readers with what is read of one field in several places put together."""
    found: dict[str, FieldReader] = {}
    for reader in readers:
        known = found.get(reader.name)
        if known is not None and known.key != reader.key:
            raise NotCompiledError(Uncompiled.INPUT, f"the input {reader.name} is read from two keys")
        inner: Reader = (*known.inner, *reader.inner) if known else reader.inner
        found[reader.name] = FieldReader(reader.key, reader.name, reader.is_nullable, inner)
    return list(found.values())


class _Inputs:
    """Writes functions for inputs that hold objects: each gives the part of a value that is read, or UNSET where something is missing."""

    def __init__(self, writer: Writer, name: str, only: ClassName) -> None:
        self._kinds = writer.kinds
        self._name = name
        self._only = only
        self._count = 0
        self.lines: list[str] = []

    def function(self, reader: FieldReader, slot: Slot) -> str:
        """The name of a new function for this field's values."""
        if slot.spot is None or slot.type is None:
            raise NotCompiledError(Uncompiled.INPUT, f"the input {reader.name} holds no objects")
        return self._function(slot.spot, slot.type, reader.inner)

    def _function(self, spot: Spot, declared: object, inner: Reader) -> str:
        nullable = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        writer = Writer(kinds=self._kinds, depth=1)
        writer.write("if value is None or value is UNSET:")
        writer.write("    return value")
        if isinstance(nullable, GraphQLList):
            below = self._function(spot, nullable.of_type, inner)
            writer.write(f"items = [{below}(item) for item in value]")
            writer.write("return UNSET if any(item is UNSET for item in items) else items")
        else:
            self._write_objects(writer, spot, inner)
        self._count += 1
        name = f"{self._name}_{self._count}"
        self.lines += [f"def {name}(value):", *writer.lines]
        return name

    def _write_objects(self, writer: Writer, spot: Spot, inner: Reader) -> None:
        for node in spot.nodes.values():
            only = self._only(node)
            if only is not None:
                writer.write(f"if {writer.is_one_of('value', (only,))}:")
                writer.depth += 1
            self._write_object(writer, node, inner)
            if only is not None:
                writer.depth -= 1
        writer.write("return UNSET")

    def _write_object(self, writer: Writer, node: Node, inner: Reader) -> None:
        entries = []
        names = []
        for reader in merged(plain_fields(inner, node.type_name)):
            if reader.key == TYPENAME:
                entries.append(f'"{reader.name}": "{node.type_name}"')
                continue
            slot = node.slots.get(reader.key)
            if slot is None:
                writer.write("return UNSET")
                return
            names.append(value := writer.name())
            read = f"value.{attribute(reader.key)}"
            writer.write(f"{value} = {self.function(reader, slot)}({read})" if reader.inner else f"{value} = {read}")
            entries.append(f'"{reader.name}": {value}')
        if names:
            writer.write(f"if {' or '.join(f'{name} is UNSET' for name in names)}:")
            writer.write("    return UNSET")
        writer.write(f"return {{{', '.join(entries)}}}")
