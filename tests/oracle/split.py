"""Random subgraphs: a made-up schema, split so that federation should be able to put it together again.

Entities have one to three keys, and each subgraph takes some of them. Every field has a home, and sometimes a second one
(``@shareable``), a former one (``@override``), inputs from elsewhere (``@requires``) or a shortcut (``@provides``). There are value types,
enums, unions, interfaces, and interface objects that add fields to interfaces whose types they do not know. Now and then the pieces do not
compose: then the composer says so, and the case is left out.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Final

LINK: Final = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires",'
    ' "@provides", "@override", "@inaccessible", "@interfaceObject"])'
)
SCALARS: Final = ("Int", "String", "Boolean", "Float", "ID", "Mood")
MOODS: Final = ("CALM", "GLAD", "WILD")


@dataclass(slots=True)
class FieldPlan:
    """One field of one type. ``homes`` are the subgraphs that resolve it, ``former`` the one that it was moved from."""

    name: str
    type: str
    homes: list[str]
    argument: str = ""
    is_hidden: bool = False
    former: str | None = None
    label: str | None = None
    requires: dict[str, str] = field(default_factory=dict)
    """The field set by home."""
    provides: dict[str, str] = field(default_factory=dict)

    @property
    def named(self) -> str:
        return self.type.strip("[]!")


@dataclass(slots=True)
class TypePlan:
    """An object type. ``keys`` are field sets, none for a value type."""

    name: str
    keys: tuple[str, ...]
    fields: dict[str, FieldPlan] = field(default_factory=dict)
    externals: dict[str, set[str]] = field(default_factory=dict)
    """By subgraph: the fields of others that it speaks of."""


class Splitter:
    """Makes one world of subgraphs from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.subgraphs = [f"s{number}" for number in range(self.random.randint(2, 6))]
        self.types: dict[str, TypePlan] = {}
        self.unions: dict[str, tuple[str, ...]] = {}
        self.interfaces: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {}
        """By name: its home, its types, its fields."""
        self.interface_objects: dict[str, tuple[str, tuple[str, ...]]] = {}
        """By interface: the subgraph that knows it as an object, and the fields that it adds."""
        self.roots: list[tuple[str, str, str]] = []
        """Root kind, subgraph, field definition."""

    def split(self) -> dict[str, str]:
        """The SDL of each subgraph."""
        self._make_types()
        self._make_fields()
        self._make_abstract_types()
        self._make_relations()
        self._make_roots()
        return {name: self._print(name) for name in self.subgraphs}

    # What there is.

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def _make_types(self) -> None:
        choices = (("id",), ("id", "code"), ("id", "a b"), ("id", "code", "a b"), ("id", "tag { id }"))
        for number in range(self.random.randint(2, 4)):
            self.types[f"E{number}"] = TypePlan(f"E{number}", self.random.choice(choices))
        for number in range(self.random.randint(0, 2)):
            self.types[f"V{number}"] = TypePlan(f"V{number}", ())

    def entities(self) -> list[TypePlan]:
        return [plan for plan in self.types.values() if plan.keys]

    def values(self) -> list[TypePlan]:
        return [plan for plan in self.types.values() if not plan.keys]

    def _wrap(self, named: str) -> str:
        return self.random.choice((named, named, f"{named}!", f"[{named}]", f"[{named}!]!", f"[[{named}]!]"))

    def _make_fields(self) -> None:
        for plan in self.values():
            for number in range(self.random.randint(1, 3)):
                name = f"{plan.name.lower()}f{number}"
                plan.fields[name] = FieldPlan(name, self._wrap(self.random.choice(SCALARS)), list(self.subgraphs))
        for plan in self.entities():
            for number in range(self.random.randint(2, 6)):
                name = f"{plan.name.lower()}f{number}"
                homes = self.random.sample(self.subgraphs, 2 if self.chance(0.2) and len(self.subgraphs) > 1 else 1)
                made = FieldPlan(name, self._wrap(self._target()), homes, is_hidden=self.chance(0.08))
                if self.chance(0.2):
                    made.argument = "(n: Int = 3)"
                plan.fields[name] = made

    def _target(self) -> str:
        if self.chance(0.5):
            return self.random.choice(SCALARS)
        return self.random.choice(list(self.types))

    def _make_abstract_types(self) -> None:
        names = [plan.name for plan in self.entities()]
        if self.chance(0.4):
            self.unions["U0"] = tuple(self.random.sample(names, self.random.randint(1, len(names))))
        if self.chance(0.5):
            home = self.random.choice(self.subgraphs)
            types = tuple(self.random.sample(names, self.random.randint(1, len(names))))
            shared = f"i{self.random.randrange(10)}"
            for name in types:
                self.types[name].fields[shared] = FieldPlan(shared, "String", [home])
            self.interfaces["I0"] = (home, types, ("id", shared))
            others = [name for name in self.subgraphs if name != home]
            if self.chance(0.6):
                self.interface_objects["I0"] = (self.random.choice(others), ("extra0",))

    # How it hangs together.

    def _make_relations(self) -> None:
        for plan in self.entities():
            for made in list(plan.fields.values()):
                if self.chance(0.12) and len(made.homes) == 1 and not made.name.startswith("i"):
                    self._override(made)
                elif self.chance(0.2):
                    self._require(plan, made)
                elif self.chance(0.3):
                    self._provide(made)

    def _override(self, made: FieldPlan) -> None:
        others = [name for name in self.subgraphs if name not in made.homes]
        made.former = self.random.choice(others)
        made.label = f"percent({self.random.choice((0, 30, 100))})" if self.chance(0.4) else None

    def _require(self, plan: TypePlan, made: FieldPlan) -> None:
        for home in made.homes:
            inputs = [
                other
                for other in plan.fields.values()
                if home not in other.homes and other.former != home and not other.requires and other.name != made.name
            ]
            if not inputs or made.name.startswith("i"):
                continue
            parts = []
            for chosen in self.random.sample(inputs, min(len(inputs), self.random.randint(1, 2))):
                inner = self._inner_selection(chosen, home)
                if inner is None:
                    continue
                plan.externals.setdefault(home, set()).add(chosen.name)
                parts.append(chosen.name + ("(n: 5)" if chosen.argument and self.chance(0.5) else "") + inner)
            if parts:
                made.requires[home] = " ".join(parts)

    def _inner_selection(self, chosen: FieldPlan, home: str) -> str | None:
        """What to read below a field that is required: nothing of a leaf, the keys of an entity, a field of a value type."""
        target = self.types.get(chosen.named)
        if target is None:
            return "" if chosen.named in SCALARS else None
        if target.keys:
            return " { id }"
        return f" {{ {self.random.choice(list(target.fields))} }}" if home in self.subgraphs else None

    def _provide(self, made: FieldPlan) -> None:
        target = self.types.get(made.named)
        if target is None or not target.keys:
            return
        for home in made.homes:
            leaves = [
                other
                for other in target.fields.values()
                if home not in other.homes and other.former is None and other.named in SCALARS and not other.requires
            ]
            if leaves:
                chosen = self.random.choice(leaves)
                target.externals.setdefault(home, set()).add(chosen.name)
                made.provides[home] = chosen.name

    def _make_roots(self) -> None:
        for plan in self.entities():
            home = self.random.choice(self.subgraphs)
            name = plan.name.lower()
            self.roots.append(("Query", home, f"{name}: {plan.name}"))
            self.roots.append(("Query", home, f"{name}List(n: Int = 2): {self._wrap(plan.name)}"))
            if self.chance(0.3):
                self.roots.append(("Mutation", home, f"change{plan.name}(n: Int): {plan.name}"))
        for name, members in self.unions.items():
            self.roots.append(("Query", self.random.choice(self.subgraphs), f"{name.lower()}{len(members)}: [{name}]"))
        for name, (home, _, _) in self.interfaces.items():
            self.roots.append(("Query", home, f"{name.lower()}: [{name}]"))
        for name, (home, _) in self.interface_objects.items():
            self.roots.append(("Query", home, f"{name.lower()}Objects: [{name}!]"))

    # What one subgraph says of it.

    def _print(self, subgraph: str) -> str:
        printer = SubgraphPrinter(self, subgraph)
        return printer.print()


class SubgraphPrinter:
    """Writes one subgraph's SDL, with every type that it needs to speak of."""

    def __init__(self, splitter: Splitter, subgraph: str) -> None:
        self.world = splitter
        self.subgraph = subgraph
        self.needed: dict[str, str] = {}
        """Definitions by type name; empty while one is being written."""

    def print(self) -> str:
        roots = [self.root(kind) for kind in ("Query", "Mutation")]
        self.need_own_types()
        return "\n".join([LINK, *filter(None, roots), *self.needed.values()]) + "\n"

    def root(self, kind: str) -> str:
        lines = [definition for root, home, definition in self.world.roots if (root, home) == (kind, self.subgraph)]
        for line in lines:
            self.need(line.rsplit(":", 1)[1].strip(" []!"))
        return f"type {kind} {{\n  " + "\n  ".join(lines) + "\n}" if lines else ""

    def need_own_types(self) -> None:
        """Whatever this subgraph resolves a field of, whether or not anything here leads to it."""
        for plan in self.world.entities():
            if any(self.subgraph in (*made.homes, made.former) for made in plan.fields.values()):
                self.need(plan.name)
        for name, (home, types, _) in self.world.interfaces.items():
            for each in (name, *types) if home == self.subgraph else ():
                self.need(each)
        for name, (home, _) in self.world.interface_objects.items():
            if home == self.subgraph:
                self.need(name)

    def need(self, name: str) -> None:
        if name in self.needed or name in ("Int", "String", "Boolean", "Float", "ID"):
            return
        self.needed[name] = ""
        world = self.world
        if name == "Mood":
            self.needed[name] = f"enum Mood {{ {' '.join(MOODS)} }}"
        elif name in world.unions:
            for member in world.unions[name]:
                self.need(member)
            self.needed[name] = f"union {name} = {' | '.join(world.unions[name])}"
        elif name in world.interfaces:
            self.needed[name] = self.interface(name)
        else:
            self.needed[name] = self.object(world.types[name])

    def interface(self, name: str) -> str:
        home, types, fields = self.world.interfaces[name]
        if home == self.subgraph:
            lines = [f"  {each}: {'ID!' if each == 'id' else 'String'}" for each in fields]
            key = ' @key(fields: "id")' if name in self.world.interface_objects else ""
            for each in types:
                self.need(each)
            return f"interface {name}{key} {{\n" + "\n".join(lines) + "\n}"
        _, added = self.world.interface_objects[name]
        lines = ["  id: ID!", *(f"  {each}: String" for each in added)]
        return f'type {name} @key(fields: "id") @interfaceObject {{\n' + "\n".join(lines) + "\n}"

    def object(self, plan: TypePlan) -> str:
        lines, keys = [], self.keys_here(plan)
        for key in keys:
            lines += self.key_fields(key)
        lines = list(dict.fromkeys(lines))
        for made in plan.fields.values():
            if line := self.field(plan, made):
                lines.append(line)
        homes = [
            name
            for name, (home, types, _) in self.world.interfaces.items()
            if home == self.subgraph and plan.name in types
        ]
        head = f"type {plan.name}" + (f" implements {' & '.join(homes)}" if homes else "")
        has_own = any(self.subgraph in (*made.homes, made.former) for made in plan.fields.values())
        resolvable = "" if has_own or homes else ", resolvable: false"
        head += "".join(f' @key(fields: "{key}"{resolvable})' for key in keys)
        return head + ("" if plan.keys else " @shareable") + " {\n" + "\n".join(f"  {line}" for line in lines) + "\n}"

    def keys_here(self, plan: TypePlan) -> list[str]:
        """Always ``id``, so that subgraphs can meet, and sometimes others: always the same ones for a subgraph."""
        draw = Random(f"{self.subgraph}{plan.name}{len(plan.fields)}")
        return [key for key in plan.keys if key == "id" or draw.random() < 0.5]

    def key_fields(self, key: str) -> list[str]:
        if key == "tag { id }":
            self.needed.setdefault("Tag", "type Tag @shareable { id: ID! }")
            return ["tag: Tag!"]
        return [f"{name}: {'ID' if name == 'id' else 'String'}!" for name in key.split()]

    def field(self, plan: TypePlan, made: FieldPlan) -> str:
        is_external = made.name in plan.externals.get(self.subgraph, ())
        if self.subgraph not in (*made.homes, made.former) and not is_external:
            return ""
        self.need(made.named)
        line = f"{made.name}{made.argument}: {made.type}"
        if is_external and self.subgraph not in made.homes:
            return f"{line} @external"
        provided = any(
            made.name == name
            for other in self.world.types.values()
            for one in other.fields.values()
            for name in one.provides.values()
            if one.named == plan.name
        )
        if plan.keys and (len(made.homes) > 1 or provided):
            line += " @shareable"
        if made.is_hidden:
            line += " @inaccessible"
        if made.former and self.subgraph in made.homes:
            line += f' @override(from: "{made.former}"' + (f', label: "{made.label}")' if made.label else ")")
        if self.subgraph in made.requires:
            line += f' @requires(fields: "{made.requires[self.subgraph]}")'
        if self.subgraph in made.provides:
            line += f' @provides(fields: "{made.provides[self.subgraph]}")'
        return line
