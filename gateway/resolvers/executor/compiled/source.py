"""Generated Python being written: lines, names, and the loops over all objects of some places."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from gateway.resolvers.executor.compiled.answer_tree import Creator
from gateway.resolvers.executor.compiled.places import Place, Step
from gateway.resolvers.executor.compiled.structs import attribute


@dataclass(slots=True)
class Writer:
    """Source text being written."""

    lines: list[str] = field(default_factory=list)
    depth: int = 0
    names: int = 0
    kinds: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Names of sets of classes."""

    def write(self, line: str) -> None:
        self.lines.append("    " * self.depth + line)

    def name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def text(self) -> str:
        sets = [f"{name} = frozenset(({', '.join(classes)}))" for classes, name in self.kinds.items()]
        return "\n".join([*sets, *self.lines]) + "\n"

    def is_one_of(self, item: str, classes: tuple[str, ...]) -> str:
        """The condition that ``item`` is an object of one of ``classes``."""
        if len(classes) == 1:
            return f"{item}.__class__ is {classes[0]}"
        return f"{item}.__class__ in {self.kinds.setdefault(classes, f'K_{len(self.kinds)}')}"


Body = Callable[[Writer, str, str | None], None]
"""Writes what is to be done with one object, by its name and by the expression that holds it, where no list does."""


def brought(creator: Creator, group: int) -> str:
    """The name under which what a part brought is kept."""
    return f"brought_{creator[0]}_{creator[1]}_{group}"


@dataclass(slots=True)
class Branch:
    """What is to be done with the objects of one place, by class (None: with all), and with those below.

    ``is_start``: these are what a part brought, whose values others already have: they hold nothing of the answer themselves.
    """

    is_start: bool = False
    bodies: list[tuple[str | None, Body]] = field(default_factory=list)
    below: dict[Step, "Branch"] = field(default_factory=dict)

    def cases(self) -> dict[str | None, list[Body]]:
        cases: dict[str | None, list[Body]] = {}
        for only, body in self.bodies:
            cases.setdefault(only, []).append(body)
        for step, branch in self.below.items():
            cases.setdefault(step.only, []).append(_step_writer(step, branch, is_held=not self.is_start))
        return cases


def write_walk(writer: Writer, places: Iterable[tuple[Place, Body]]) -> None:
    """Write loops over all objects of these places. Objects are reached once, however many places share the way to them."""
    starts: dict[tuple[Creator, int], Branch] = {}
    for place, body in places:
        branch = starts.setdefault((place.creator, place.group), Branch(is_start=True))
        for step in place.steps:
            branch = branch.below.setdefault(step, Branch())
        branch.bodies.append((place.only, body))
    for (creator, group), branch in starts.items():
        names = writer.names
        item = writer.name()
        writer.write(f"for {item} in state.{brought(creator, group)}:")
        writer.depth += 1
        inside = len(writer.lines)
        write_branch(writer, branch, item, None)
        if len(writer.lines) == inside:
            writer.lines.pop()
        writer.depth -= 1
        writer.names = names


def write_branch(writer: Writer, branch: Branch, item: str, holder: str | None) -> None:
    """Write what is to be done with ``item``. Classes that are treated alike share their code."""
    cases = branch.cases()
    for body in cases.pop(None, ()):
        write_apart(writer, item, holder, body)
    texts: dict[tuple[str, ...], list[str]] = {}
    for only, bodies in cases.items():
        start = len(writer.lines)
        writer.depth += 1
        for body in bodies:
            write_apart(writer, item, holder, body)
        writer.depth -= 1
        text = tuple(writer.lines[start:])
        del writer.lines[start:]
        texts.setdefault(text, []).append(str(only))
    keyword = "if"
    for text, classes in texts.items():
        if text:
            writer.write(f"{keyword} {writer.is_one_of(item, tuple(classes))}:")
            writer.lines.extend(text)
            keyword = "elif"


def write_apart(writer: Writer, item: str, holder: str | None, body: Body) -> None:
    """Write a body whose names and depth concern nobody else: like bodies get like texts."""
    depth, names = writer.depth, writer.names
    body(writer, item, holder)
    writer.depth, writer.names = depth, names


def _step_writer(step: Step, branch: Branch, *, is_held: bool) -> Body:
    return lambda writer, item, _: _write_step(writer, step, branch, item, is_held=is_held)


def _write_step(writer: Writer, step: Step, branch: Branch, item: str, *, is_held: bool) -> None:
    start = len(writer.lines)
    value = writer.name()
    held = f"{item}.{attribute(step.key)}"
    writer.write(f"{value} = {held}")
    for level, may_be_null in enumerate(step.may_be_null):
        if may_be_null:
            writer.write(f"if {value} is not None:")
            writer.depth += 1
        if level < len(step.may_be_null) - 1:
            entry = writer.name()
            writer.write(f"for {entry} in {value}:")
            writer.depth += 1
            value = entry
    inside = len(writer.lines)
    write_branch(writer, branch, value, held if is_held and len(step.may_be_null) == 1 else None)
    if len(writer.lines) == inside:
        del writer.lines[start:]
