"""Generated Python for one operation: for each fetch, how its representations are collected and its answer is taken apart.

The functions speak of objects by the generated classes of ``structs``; ``brought`` maps each part and group to the objects it brought.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from graphql import GraphQLEnumType, GraphQLNonNull

from gateway.resolvers.executor.compiled.answer_tree import Creator, Node, Slot
from gateway.resolvers.executor.compiled.places import Place
from gateway.resolvers.executor.compiled.reasons import NotCompiledError, Uncompiled
from gateway.resolvers.executor.compiled.structs import SCALARS, attribute
from gateway.resolvers.executor.representations import FieldReader, FragmentReader, InputReader


@dataclass(slots=True)
class Writer:
    """Source text being written."""

    lines: list[str] = field(default_factory=list)
    depth: int = 0
    names: int = 0

    def write(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"


def variable(place_creator: Creator, group: int) -> str:
    """The name under which what a part brought is kept."""
    return f"brought_{place_creator[0]}_{place_creator[1]}_{group}"


def open_loops(writer: Writer, place: Place) -> str:
    """Write the loops over all objects of a place; gives the name of one. The caller writes the body and resets the depth."""
    current = writer.name()
    writer.write(f"for {current} in state.{variable(place.creator, place.group)}:")
    writer.depth += 1
    for step in place.steps:
        value = writer.name()
        writer.write(f"{value} = {current}.{attribute(step.key)}")
        for level, may_be_null in enumerate(step.may_be_null):
            if may_be_null:
                writer.write(f"if {value} is not None:")
                writer.depth += 1
            if level < len(step.may_be_null) - 1:
                item = writer.name()
                writer.write(f"for {item} in {value}:")
                writer.depth += 1
                value = item
        current = value
    return current


@dataclass(frozen=True, slots=True)
class Target:
    """One place whose objects a part is for, their group, and how each becomes a representation."""

    place: Place
    group: int
    node: Node
    input: InputReader


def write_collect(writer: Writer, name: str, targets: Iterable[Target], groups: int) -> None:
    """Write ``name(state) -> (representations, targets of group 0, targets of group 1, …)``."""
    writer.write(f"def {name}(state):")
    writer.depth += 1
    writer.write("representations, index = [], {}")
    names = [f"targets_{group}" for group in range(groups)]
    for each in names:
        writer.write(f"{each} = []")
    for target in targets:
        depth = writer.depth
        item = open_loops(writer, target.place)
        write_represent(writer, target, item, names)
        writer.depth = depth
    writer.write(f"return representations, {', '.join(names)}")
    writer.depth -= 1


def write_represent(writer: Writer, target: Target, item: str, names: list[str]) -> None:
    """Write the body that adds one object's representation, or notes that it lacks an input."""
    typename = target.input.typename or target.node.type_name
    start = writer.depth
    values: list[tuple[str, str]] = []
    conditions: list[str] = []
    for reader in plain_fields(target.input.reader, target.node.type_name):
        if reader.inner:
            raise NotCompiledError(Uncompiled.INPUT, "nested inputs")
        value = writer.name()
        writer.write(f"{value} = {item}.{attribute(reader.key)}")
        slot = target.node.slots.get(reader.key)
        if slot is None:
            raise NotCompiledError(Uncompiled.INPUT, f"nobody brings the input {reader.key}")
        if slot.creator != target.node.creator:
            conditions.append(f"{value} is UNSET")
        check_hashable(slot)
        values.append((reader.name, value))
    if conditions:
        writer.write(f"if {' or '.join(conditions)}:")
        writer.write("    state.is_patchy = True")
        writer.write("else:")
        writer.depth += 1
    key = values[0][1] if len(values) == 1 else f"({', '.join(value for _, value in values)})"
    entries = "".join(f', "{field_name}": {value}' for field_name, value in values)
    found = writer.name()
    writer.write(f"{found} = index.get({key})")
    writer.write(f"if {found} is None:")
    writer.write(f"    {found} = index[{key}] = len(representations)")
    writer.write(f'    representations.append({{"__typename": "{typename}"{entries}}})')
    for each in names:
        writer.write(f"    {each}.append([])")
    writer.write(f"{names[target.group]}[{found}].append({item})")
    writer.depth = start


def check_hashable(slot: Slot) -> None:
    """Equal representations are found by their values: these must be ones that a dict takes as keys."""
    nullable = slot.type.of_type if isinstance(slot.type, GraphQLNonNull) else slot.type
    if not (isinstance(nullable, GraphQLEnumType) or str(nullable) in SCALARS):
        raise NotCompiledError(Uncompiled.INPUT, f"an input of type {nullable}")


def write_state(writer: Writer, brought: Iterable[str]) -> None:
    """Write the class of what one run knows: the answer, and what every part has brought so far."""
    names = list(brought)
    writer.write("class State:")
    writer.write(f"    __slots__ = {('root', 'is_patchy', *names)!r}")
    writer.write("    def __init__(self, root):")
    writer.write("        self.root, self.is_patchy = root, False")
    for each in names:
        writer.write(f"        self.{each} = []")


def write_take_root(writer: Writer, name: str, node: Node, creator: Creator) -> None:
    """Write ``name(state, data)``: keep what a root fetch brought, and put it into the answer."""
    writer.write(f"def {name}(state, data):")
    writer.write(f"    state.{variable(creator, 0)}.append(data)")
    for slot in node.brought_by(creator):
        if slot.is_public:
            writer.write(f"    state.root.{attribute(slot.key)} = data.{attribute(slot.key)}")


def plain_fields(reader: Iterable[FieldReader | FragmentReader], type_name: str) -> Iterator[FieldReader]:
    """The fields read of an object of this type, its fragments resolved."""
    for part in reader:
        if isinstance(part, FieldReader):
            yield part
        elif type_name in part.types:
            yield from plain_fields(part.inner, type_name)


def write_spread(writer: Writer, name: str, node: Node, creator: Creator, group: int) -> None:
    """Write ``name(state, entities, targets)``: give every target what its entity has, and keep the entities."""
    writer.write(f"def {name}(state, entities, targets):")
    writer.depth += 1
    writer.write(f"kept = state.{variable(creator, group)}")
    writer.write("for entity, objects in zip(entities, targets):")
    writer.depth += 1
    writer.write("if not objects:")
    writer.write("    continue")
    writer.write("if entity is None:")
    writer.write("    state.is_patchy = True")
    writer.write("    continue")
    writer.write("kept.append(entity)")
    keys = [attribute(slot.key) for slot in node.brought_by(creator)]
    if keys:
        writer.write("for target in objects:")
    for key in keys:
        writer.write(f"    target.{key} = entity.{key}")
    writer.depth -= 2


def write_mend(writer: Writer, places: Iterable[tuple[Place, Node]]) -> None:
    """Write ``mend(state)``: null for what no fetch brought; where that is not allowed, the plain executor has to decide."""
    writer.write("def mend(state):")
    writer.depth += 1
    writer.write("pass")
    for place, node in places:
        late = [slot for slot in node.public() if slot.creator != node.creator and slot.type is not None]
        if not late:
            continue
        depth = writer.depth
        item = open_loops(writer, place)
        for slot in late:
            writer.write(f"if {item}.{attribute(slot.key)} is UNSET:")
            action = (
                "raise SurpriseError(Surprise.MISSING_VALUE)"
                if slot.is_non_null
                else f"{item}.{attribute(slot.key)} = None"
            )
            writer.write(f"    {action}")
        writer.depth = depth
    writer.depth -= 1


def write_hide(writer: Writer, places: Iterable[tuple[Place, Node]]) -> None:
    """Write ``hide(state)``: forget what only the plan asked for."""
    writer.write("def hide(state):")
    writer.depth += 1
    writer.write("pass")
    for place, node in places:
        hidden = [attribute(slot.key) for slot in node.hidden()]
        if not hidden:
            continue
        depth = writer.depth
        item = open_loops(writer, place)
        writer.write(" = ".join(f"{item}.{key}" for key in hidden) + " = UNSET")
        writer.depth = depth
    writer.depth -= 1
