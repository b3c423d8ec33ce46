"""The SDL of a split world: one text per subgraph, and the undivided one."""

from collections.abc import Callable, Mapping
from typing import Final

from graphql import TypeDefinitionNode, UnionTypeDefinitionNode, parse

from tests.oracle.schemas import SCALARS, MadeField, MadeType, World
from tests.oracle.splits import Splitter, has_key_field

LINK: Final = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external",'
    ' "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject"])'
)
ENUM: Final = "enum M0 { CALM GLAD WILD }"
INPUT: Final = "input N0 { x: Int = 1 m: M0 l: [Int!] }"


def print_undivided(world: World, subgraphs: Mapping[str, str]) -> str:
    """All types with all fields; hidden ones are marked. An interface has what some subgraph says that it has."""
    declared = _declared(subgraphs)
    parts = [text for name, text in (("M0", ENUM), ("N0", INPUT)) if name in declared]
    parts += [f"union {name} = {' | '.join(sorted(declared[name]))}" for name in world.unions if name in declared]
    for owner in world.types.values():
        if owner.name not in declared:
            continue
        names = [each.name for each in world.starting("I") if owner.name in each.types and each.name in declared]
        lines = [
            f"{each.name}{each.arguments}: {each.type}{' @inaccessible' * each.is_hidden}"
            for each in owner.fields.values()
            if each.name in declared[owner.name] or owner.name[0] != "I"
        ]
        parts.append(_block("interface" if owner.name.startswith("I") else "type", owner.name, names, "", lines))
    return "\n".join(parts) + "\n"


def _declared(subgraphs: Mapping[str, str]) -> dict[str, set[str]]:
    """The fields, or the members, of every type that some subgraph speaks of."""
    found: dict[str, set[str]] = {}
    for sdl in subgraphs.values():
        for node in parse(sdl, no_location=True).definitions:
            if isinstance(node, TypeDefinitionNode):
                parts = getattr(node, "types" if isinstance(node, UnionTypeDefinitionNode) else "fields", None)
                found.setdefault(node.name.value, set()).update(each.name.value for each in parts or ())
    return found


def _block(kind: str, name: str, implements: list[str], directives: str, lines: list[str]) -> str:
    head = f"{kind} {name}" + (f" implements {' & '.join(implements)}" if implements else "") + directives
    return head + " {\n" + "".join(f"  {line}\n" for line in lines) + "}"


def print_subgraphs(splitter: Splitter) -> dict[str, str]:
    """The SDL of each subgraph that has anything to say."""
    found = {name: _SubgraphPrinter(splitter, name).print() for name in splitter.world.subgraphs}
    return {name: sdl for name, sdl in found.items() if sdl}


class _SubgraphPrinter:
    """Writes one subgraph's SDL, with every type that it needs to speak of."""

    def __init__(self, splitter: Splitter, subgraph: str) -> None:
        self.splitter, self.world, self.name = splitter, splitter.world, subgraph
        self.needed: dict[str, Callable[[], str]] = {}

    def print(self) -> str:
        for owner in self.world.types.values():
            if self.is_own(owner):
                self.need(owner.name)
        texts: dict[str, str] = {}
        while waiting := [name for name in self.needed if name not in texts]:
            texts |= {name: self.needed[name]() for name in waiting}
        # Once more: a type implements the interfaces that came to be needed after it was written.
        texts = {name: write() for name, write in self.needed.items()}
        return "\n".join([LINK, *texts.values()]) + "\n" if texts else ""

    def is_own(self, owner: MadeType) -> bool:
        if owner.name in ("Query", "Mutation"):
            return any(self.name in each.homes for each in owner.fields.values())
        if owner.name.startswith("I"):
            return self.name in (owner.object_in, owner.full_in)
        if not owner.keys:
            return False
        keys = " ".join(owner.keys).split()
        own = (
            each for each in owner.fields.values() if each.name not in keys and not self.is_of_interface_object(each)
        )
        return self.splitter.bridges[owner.name] == self.name or any(
            self.name in (*each.homes, each.former) for each in own
        )

    def is_of_interface_object(self, made: MadeField) -> bool:
        return any(self.name == each.object_in and made.name in each.fields for each in self.world.starting("I"))

    def need(self, name: str) -> None:
        if name in self.needed or name in SCALARS:
            return
        world = self.world
        if name in ("M0", "N0"):
            self.needed[name] = lambda: ENUM if name == "M0" else INPUT
            if name == "N0":
                self.need("M0")
        elif name in world.unions:
            members = world.partial.get((name, self.name), world.unions[name])
            self.needed[name] = lambda: f"union {name} = {' | '.join(members)}"
            for each in members:
                self.need(each)
        elif name.startswith("I") and world.types[name].object_in != self.name:
            self.needed[name] = lambda: self.interface(world.types[name])
            for each in world.types[name].types:
                self.need(each)
        elif name.startswith("I"):
            self.needed[name] = lambda: self.interface_object(world.types[name])
        else:
            self.needed[name] = lambda: self.object(world.types[name])

    def interface(self, interface: MadeType) -> str:
        key = ' @key(fields: "id")' if interface.full_in == self.name else ""
        lines = [
            self.line(each)
            for each in interface.fields.values()
            if all(self.has(self.world.types[name], each.name) for name in interface.types)
        ]
        return _block("interface", interface.name, [], key, lines)

    def has(self, owner: MadeType, name: str) -> bool:
        made = owner.fields[name]
        return self.name in (*made.homes, made.former) and not self.is_of_interface_object(made)

    def interface_object(self, interface: MadeType) -> str:
        lines = []
        for each in interface.fields.values():
            if self.name in each.externals:
                lines.append(self.line(each) + " @external")
            elif each.name == "id" or each.homes == [self.name]:
                requires = f' @requires(fields: "{_quote(each.requires)}")' if each.requires else ""
                lines.append(self.line(each) + requires)
        return _block("type", interface.name, [], ' @key(fields: "id") @interfaceObject', lines)

    def object(self, owner: MadeType) -> str:
        names = [
            each.name for each in self.world.starting("I") if owner.name in each.types and each.name in self.needed
        ]
        directives = "" if owner.keys or owner.name in ("Query", "Mutation") else " @shareable"
        for key in owner.keys_in.get(self.name, ()):
            is_entered = key in self.splitter.entered[owner.name, self.name]
            directives += f' @key(fields: "{key}"{"" if is_entered else ", resolvable: false"})'
        lines = [line for each in owner.fields.values() if (line := self.field(owner, each))]
        return _block("type", owner.name, names, directives, lines)

    def line(self, made: MadeField) -> str:
        for name in ("M0", "N0"):
            if name in made.arguments:
                self.need(name)
        self.need(made.named)
        return f"{made.name}{made.arguments}: {made.type}"

    def field(self, owner: MadeType, made: MadeField) -> str:
        if owner.name[0] in "VT":
            return self.line(made)
        is_home = self.name in made.homes
        if owner.keys and any(made.name in key.split() for key in owner.keys):
            is_home = has_key_field(owner, self.name, made.name)
        if not is_home and self.name in made.externals:
            return self.line(made) + " @external"
        if not is_home and self.name != made.former:
            return ""
        return self.line(made) + "!" * (made.strict == self.name) + self.directives(made, is_home=is_home)

    def directives(self, made: MadeField, *, is_home: bool) -> str:
        found = " @shareable" * (len(made.homes) > 1 or made.must_share) + " @inaccessible" * made.is_hidden
        if made.former and is_home:
            label = f', label: "{made.label}"' if made.label else ""
            found += f' @override(from: "{made.former}"{label})'
        if made.requires and is_home:
            found += f' @requires(fields: "{_quote(made.requires)}")'
        if self.name in made.provides:
            found += f' @provides(fields: "{made.provides[self.name]}")'
        return found


def _quote(text: str) -> str:
    return text.replace('"', '\\"')
