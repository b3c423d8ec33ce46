"""Generated functions that take answers apart, and those that end a run."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.resolvers.executor.compiled.answer_tree import Creator, Node, Slot
from gateway.resolvers.executor.compiled.places import Place
from gateway.resolvers.executor.compiled.source import Body, Writer, brought, write_apart, write_walk
from gateway.resolvers.executor.compiled.structs import attribute


def write_state(writer: Writer, names: Iterable[str]) -> None:
    """Write the class of what one run knows: the answer, and what every part has brought so far."""
    names = list(names)
    writer.write("class State:")
    writer.write(f"    __slots__ = {('root', 'is_patchy', *names)!r}")
    writer.write("    def __init__(self, root):")
    writer.write("        self.root, self.is_patchy = root, False")
    for each in names:
        writer.write(f"        self.{each} = []")


def write_take_root(writer: Writer, name: str, node: Node, creator: Creator, places: Iterable[Place] | None) -> None:
    """Write ``name(state, data)``: keep what a root part brought, and put it into the answer, or into all objects at ``places``."""
    slots = list(node.brought_by(creator))
    writer.write(f"def {name}(state, data):")
    writer.depth += 1
    writer.write(f"state.{brought(creator, 0)}.append(data)")
    if places is None:
        for slot in slots:
            _write_give(writer, "state.root", "data", slot)
    else:
        write_walk(writer, [(place, _giver("data", slots)) for place in places])
    writer.depth -= 1


def write_spread(writer: Writer, name: str, node: Node, creator: Creator, group: int) -> None:
    """Write ``name(state, entities, targets)``: give every target what its entity has, and keep the entities."""
    writer.write(f"def {name}(state, entities, targets):")
    writer.depth += 1
    writer.write(f"kept = state.{brought(creator, group)}")
    writer.write("for entity, objects in zip(entities, targets):")
    writer.depth += 1
    writer.write("if not objects:")
    writer.write("    continue")
    writer.write("if entity is None:")
    writer.write("    state.is_patchy = True")
    writer.write("    continue")
    writer.write("kept.append(entity)")
    slots = list(node.brought_by(creator))
    if slots:
        writer.write("for target in objects:")
        writer.depth += 1
        _giver("entity", slots)(writer, "target", None)
        writer.depth -= 1
    writer.depth -= 2


def write_tell(writer: Writer, name: str, tellers: Iterable["Teller"], creator: Creator) -> None:
    """Write ``name(state, entities, targets)``: the same where entities also tell which types their targets have."""
    writer.write(f"def {name}(state, entities, targets):")
    writer.depth += 1
    writer.write("for entity, objects in zip(entities, targets):")
    writer.depth += 1
    keyword = "if"
    for teller in tellers:
        writer.write(f"{keyword} entity.__class__ is {teller.part_class}:")
        writer.depth += 1
        writer.write(f"state.{brought(creator, teller.group)}.append(entity)")
        writer.write("for target in objects:")
        writer.depth += 1
        writer.write(f"target.__class__ = {teller.object_class}")
        for slot in teller.node.slots.values():
            if slot.type is None:
                writer.write(f'target.{attribute(slot.key)} = "{teller.node.type_name}"')
        _giver("entity", list(teller.node.brought_by(creator)))(writer, "target", None)
        writer.depth -= 2
        keyword = "elif"
    writer.write("else:")
    writer.write("    raise SurpriseError(Surprise.MISSING_VALUE)")
    writer.depth -= 2


@dataclass(frozen=True, slots=True)
class Teller:
    """One type that a part tells: the classes of its entities and of its objects, and the group of the latter."""

    node: Node
    group: int
    part_class: str
    object_class: str


def _giver(source: str, slots: list[Slot]) -> Body:
    def body(writer: Writer, item: str, _: str | None) -> None:
        for slot in slots:
            _write_give(writer, item, source, slot)

    return body


def _write_give(writer: Writer, target: str, source: str, slot: Slot) -> None:
    """What several parts bring is taken from the first that has it: null never takes the place of data."""
    key = attribute(slot.key)
    if len(slot.wires) > 1:
        value = f"{target}.{key}"
        writer.write(f"if {value} is UNSET or {value} is None:")
        writer.write(f"    {value} = {source}.{key}")
    else:
        writer.write(f"{target}.{key} = {source}.{key}")


def write_mend(writer: Writer, root: Node, places: Iterable[tuple[Place, Node]], untold: Iterable[Place]) -> None:
    """Write ``mend(state)``: null for what no fetch brought; where that is not allowed, the plain executor has to decide.

    ``untold`` are the places of objects whose types nobody has told: there should be none.
    """
    writer.write("def mend(state):")
    writer.depth += 1
    writer.write("pass")
    write_apart(writer, "state.root", None, _mender(root))
    mended = [(place, _mender(node)) for place, node in places]
    write_walk(writer, [*mended, *((place, _write_surprise) for place in untold)])
    writer.depth -= 1


def _write_surprise(writer: Writer, _item: str, _holder: str | None) -> None:
    writer.write("raise SurpriseError(Surprise.MISSING_VALUE)")


def _mender(node: Node) -> Body:
    late = [slot for slot in node.public() if slot.type is not None and slot.creator != node.creator]

    def body(writer: Writer, item: str, _: str | None) -> None:
        for slot in late:
            value = f"{item}.{attribute(slot.key)}"
            writer.write(f"if {value} is UNSET:")
            action = "raise SurpriseError(Surprise.MISSING_VALUE)" if slot.is_non_null else f"{value} = None"
            writer.write(f"    {action}")

    return body


def write_finish(writer: Writer, root: Node, places: Iterable[tuple[Place, Node, str | None]]) -> None:
    """Write ``finish(state)``: forget what only the plan asked for, and give objects the class they are encoded by, if it is another."""
    writer.write("def finish(state):")
    writer.depth += 1
    writer.write("pass")
    _write_hide(writer, "state.root", root)
    write_walk(writer, [(place, _finisher(node, answer)) for place, node, answer in places])
    writer.depth -= 1


def _finisher(node: Node, answer: str | None) -> Body:
    def body(writer: Writer, item: str, _: str | None) -> None:
        _write_hide(writer, item, node)
        if answer is not None:
            writer.write(f"{item}.__class__ = {answer}")

    return body


def _write_hide(writer: Writer, item: str, node: Node) -> None:
    hidden = [attribute(slot.key) for slot in node.hidden()]
    if hidden:
        writer.write(" = ".join(f"{item}.{key}" for key in hidden) + " = UNSET")
