"""Who resolves what: a made-up schema, divided among subgraphs by every means that federation has.

One subgraph of each entity, its bridge, has all keys, so that any other can be reached; the rest have some keys, and enter by some of
those. Pieces that still do not compose are left out by the runner, and a test bounds how many.
"""

from dataclasses import replace
from random import Random

from tests.oracle.schemas import MadeField, MadeType, World

Marks = list[tuple[MadeType, MadeField]]


class Splitter:
    """Divides one world."""

    def __init__(self, world: World, random: Random, *, may_fail: bool = False) -> None:
        """Where fields ``may_fail``, no subgraph promises more than others of what has fields below it (README, "Which errors")."""
        self.world = world
        self.may_fail = may_fail
        self.random = random
        self.plain = list(world.subgraphs)
        """All but those of interface objects, which must not know the interfaces' types."""
        self.bridges: dict[str, str] = {}
        self.entered: dict[tuple[str, str], list[str]] = {}
        """By entity and subgraph: the keys that are resolvable there."""
        self.is_providing = False

    def split(self) -> World:
        """The world, its fields with homes and directives."""
        self.place_fields()
        self.make_interface_objects()
        self.place_keys()
        self.make_partial_unions()
        for owner in [*self.world.entities, *self.world.starting("Query")]:
            for made in list(owner.fields.values()):
                self.relate(owner, made)
        return self.world

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def some(self, low: int, high: int) -> list[str]:
        return sorted(self.random.sample(self.plain, min(len(self.plain), self.random.randint(low, high))))

    def place_fields(self) -> None:
        for owner in self.world.types.values():
            is_shared = owner.name[0] in "VT" or owner.name.startswith("I")
            for made in owner.fields.values():
                made.homes = list(self.plain) if is_shared else self.some(1, 1)
                if not is_shared and self.chance(0.22):
                    made.homes = self.some(2, 3)
        for interface in self.world.starting("I"):
            if "id" not in interface.fields:  # Something must be common to its types wherever it is spoken of.
                common = next(iter(interface.fields))
                for name in interface.types:
                    self.world.types[name].fields[common].homes = list(self.plain)

    def make_interface_objects(self) -> None:
        for interface in self.world.starting("I"):
            if "id" not in interface.fields or not self.chance(0.6):
                continue
            added = f"s{len(self.world.subgraphs)}"
            self.world.subgraphs.append(added)
            interface.object_in, interface.full_in = added, self.random.choice(self.plain)
            others = [each.name for each in self.world.entities if each.name not in interface.types]
            for index in range(self.random.randint(1, 3)):
                named = self.random.choice(["Int", "String", "M0", *others])
                wrap = self.random.choice(("{}", "{}!", "[{}]"))
                made = MadeField(f"{interface.name.lower()}x{index}", wrap.format(named), homes=[added])
                inputs = [each for each in interface.fields.values() if each.is_leaf and "f" in each.name]
                if inputs and self.chance(0.4):
                    read = self.random.choice(inputs)
                    made.requires = read.name + self.call(read)
                    read.externals.add(added)
                    for name in interface.types:  # Someone must resolve it for the interface as a whole.
                        homes = self.world.types[name].fields[read.name].homes
                        homes += [] if interface.full_in in homes else [interface.full_in]
                interface.fields[made.name] = made
                for name in interface.types:
                    self.world.types[name].fields[made.name] = replace(made, requires="", externals=set())
            root = MadeField(f"objects{interface.name}", f"[{interface.name}]", homes=[added])
            self.world.types["Query"].fields[root.name] = root

    def place_keys(self) -> None:
        for entity in self.world.entities:
            bridge = self.bridges[entity.name] = self.random.choice(self.plain)
            in_interface = any(entity.name in each.types for each in self.world.starting("I"))
            for name in self.world.subgraphs:
                keys = [key for key in entity.keys if name == bridge or self.chance(0.5)]
                keys = keys or [self.random.choice(entity.keys)]
                if in_interface and "id" not in keys:
                    keys.append("id")
                entity.keys_in[name] = keys
                self.entered[entity.name, name] = self.enter(entity, name, keys, bridge)
            for key in entity.keys:
                for each in key.replace("{ id }", "").split():
                    made = entity.fields[each]
                    made.homes = [s for s in self.world.subgraphs if has_key_field(entity, s, each)]

    def enter(self, entity: MadeType, name: str, keys: list[str], bridge: str) -> list[str]:
        must_all = name == bridge or any(
            name == each.full_in and entity.name in each.types for each in self.world.starting("I")
        )
        if must_all or self.chance(0.6):
            return list(keys)
        has_own = any(name in each.homes for each in entity.fields.values())
        return self.random.sample(keys, self.random.randint(1 if has_own else 0, len(keys)))

    def make_partial_unions(self) -> None:
        for union, members in self.world.unions.items():
            for name in self.plain:
                if len(members) > 1 and self.chance(0.12):
                    self.world.partial[union, name] = self.random.sample(members, self.random.randint(1, len(members)))

    # How fields hang together.

    def relate(self, owner: MadeType, made: MadeField) -> None:
        is_key = any(made.name in key.split() for key in owner.keys)
        if is_key or not set(made.homes) <= set(self.plain):
            return
        is_entity = bool(owner.keys)
        if is_entity and made.name.startswith("f") and self.chance(0.1):
            made.is_hidden = True
        others = [name for name in self.plain if name not in made.homes and name not in made.externals]
        if is_entity and len(made.homes) == 1 and others and self.chance(0.12):
            made.former = self.random.choice(others)
            made.label = f"percent({self.random.choice((0, 30, 70, 100))})" if self.chance(0.5) else None
            return
        if is_entity and len(made.homes) == 1 and self.chance(0.35):
            self.require(owner, made, made.homes[0])
        if self.chance(0.4) and not made.is_leaf:
            self.provide(made, self.random.choice(made.homes))
        may_be_strict = made.is_leaf or not self.may_fail
        if (
            len(made.homes) > 1
            and may_be_strict
            and not (made.type.endswith("!") or made.externals)
            and self.chance(0.25)
        ):
            made.strict = self.random.choice(made.homes)

    def require(self, owner: MadeType, made: MadeField, home: str) -> None:
        before = list(owner.fields.values())[: list(owner.fields).index(made.name)]
        inputs = [each for each in before if self.is_foreign(each, home)]
        marks: Marks = []
        parts = []
        for read in self.random.sample(inputs, min(len(inputs), self.random.randint(1, 2))):
            below = self.below(read.named, home, marks)
            if below is not None:
                parts.append(f"{read.name}{self.call(read)}{below}")
                marks.append((owner, read))
        if parts:
            made.requires = " ".join(parts)
            for _, read in marks:
                read.externals.add(home)

    @staticmethod
    def is_foreign(made: MadeField, home: str) -> bool:
        return home not in made.homes and made.former != home and made.strict is None

    def call(self, made: MadeField) -> str:
        """Arguments for a required field: where it must have some, and sometimes where it can."""
        if not made.arguments or ("!" not in made.arguments and self.chance(0.5)):
            return ""
        values = {"n": "5", "m": "CALM", "ids": '["7"]', "by": "{ x: 2 }", "s": '"y"'}
        name = made.arguments.strip("(").split(":")[0]
        return f"({name}: {values[name]})"

    def below(self, named: str, home: str, marks: Marks) -> str | None:
        """What to read below a required field; None where nothing can be. Foreign fields that it reads are added to ``marks``."""
        if named in self.world.unions or (named.startswith("I") and named in self.world.types):
            members = self.world.unions.get(named) or self.world.types[named].types
            members = self.world.partial.get((named, home), members)
            picked = self.random.sample(members, self.random.randint(1, min(2, len(members))))
            parts = [f"... on {each}{self.below(each, home, marks)}" for each in picked]
            return f" {{ {' '.join(parts)} }}"
        if named not in self.world.types:
            return ""
        type_ = self.world.types[named]
        if type_.name.startswith("Q"):
            return None
        if not type_.keys:
            return self.below_value(type_, home, marks)
        foreign = [
            each
            for each in type_.fields.values()
            if each.is_leaf and not each.requires and self.is_foreign(each, home) and self.may_read(each)
        ]
        if foreign and self.chance(0.4):
            read = self.random.choice(foreign)
            marks.append((type_, read))
            return f" {{ {read.name}{self.call(read)} }}"
        return f" {{ {self.random.choice(type_.keys_in[home])} }}"

    def below_value(self, type_: MadeType, home: str, marks: Marks) -> str:
        fields = [each for each in type_.fields.values() if self.may_read(each)]
        if not fields:
            return " { __typename }"
        fields = self.random.sample(fields, self.random.randint(1, min(2, len(fields))))
        parts = [f"{each.name}{self.call(each)}{self.below(each.named, home, marks)}" for each in fields]
        return f" {{ {' '.join(parts)} }}"

    def provide(self, made: MadeField, home: str) -> None:
        named = made.named
        members = self.world.unions.get(named) or getattr(self.world.types.get(named), "types", [])
        members = self.world.partial.get((named, home), members)
        target = self.world.types[self.random.choice(members)] if members else self.world.types.get(named)
        if target is None or not target.keys:
            return
        foreign = [
            each
            for each in target.fields.values()
            if self.is_foreign(each, home)
            and set(each.homes) <= set(self.plain)
            and not (each.arguments or each.requires or each is made)
        ]
        if not foreign:
            return
        read = self.random.choice(foreign)
        marks: Marks = [(target, read)]
        self.is_providing = True
        below = self.below(read.named, home, marks)
        self.is_providing = False
        if below is None or "__typename" in below:
            return
        for _, each in marks:
            each.externals.add(home)
            each.must_share = True
        text = f"{read.name}{below}"
        made.provides[home] = f"... on {target.name} {{ {text} }}" if members else text

    def may_read(self, made: MadeField) -> bool:
        """A ``@provides`` must not touch fields with arguments, and not those that interface objects add."""
        return not self.is_providing or (not made.arguments and (not made.homes or set(made.homes) <= set(self.plain)))


def has_key_field(entity: MadeType, subgraph: str, name: str) -> bool:
    """Whether one of the entity's keys in the subgraph is made of the field."""
    return any(name in key.replace("{ id }", "").split() for key in entity.keys_in[subgraph])
