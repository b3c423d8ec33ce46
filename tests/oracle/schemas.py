"""Made-up undivided schemas: entities with keys, value types, interfaces, unions, enums, inputs, and the roots."""

from dataclasses import dataclass, field
from random import Random
from typing import Final

SCALARS: Final = ("Int", "String", "Boolean", "Float", "ID")
KEYS: Final = ("id", "code", "num", "a b", "tag { id }")
KEY_FIELDS: Final = {"id": "ID!", "code": "String!", "num": "Int!", "a": "String!", "b": "Int!", "tag": "Tag!"}
ARGUMENTS: Final = ("(n: Int = 3)", "(m: M0, n: Int)", "(ids: [ID!])", "(by: N0)", "(n: Int!)", '(s: String! = "x")')
PLAIN: Final = "String"


@dataclass(slots=True)
class MadeField:
    """One field, whole: in the undivided schema and in the subgraphs."""

    name: str
    type: str
    arguments: str = ""
    is_hidden: bool = False
    homes: list[str] = field(default_factory=list)
    """The subgraphs that resolve it."""
    former: str | None = None
    label: str | None = None
    requires: str = ""
    provides: dict[str, str] = field(default_factory=dict)
    externals: set[str] = field(default_factory=set)
    """The subgraphs that speak of it without resolving it."""
    strict: str | None = None
    """The one subgraph that says it is never null."""
    must_share: bool = False

    @property
    def named(self) -> str:
        return self.type.strip("[]!")

    @property
    def is_leaf(self) -> bool:
        return self.named in SCALARS or self.named.startswith("M")


@dataclass(slots=True)
class MadeType:
    """One type with fields. Entities have keys, in all and by subgraph; interfaces have ``types``."""

    name: str
    fields: dict[str, MadeField] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    keys_in: dict[str, list[str]] = field(default_factory=dict)
    types: list[str] = field(default_factory=list)
    """Of an interface: the types that implement it."""
    object_in: str | None = None
    """Of an interface: the subgraph that knows it as an object."""
    full_in: str | None = None
    """Of an interface with an interface object: the subgraph that can tell its types by key."""


@dataclass(slots=True)
class World:
    """A whole made-up schema."""

    subgraphs: list[str]
    types: dict[str, MadeType] = field(default_factory=dict)
    unions: dict[str, list[str]] = field(default_factory=dict)
    partial: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """By union and subgraph: the members known there, where they are not all."""

    def starting(self, letter: str) -> list[MadeType]:
        return [each for name, each in self.types.items() if name.startswith(letter)]

    @property
    def entities(self) -> list[MadeType]:
        return self.starting("E")


def make_schema(random: Random) -> World:
    """A world whose fields have no homes yet."""
    world = World([f"s{index}" for index in range(random.randint(2, 5))])
    entities = [f"E{index}" for index in range(random.randint(1, 4))]
    values = [f"V{index}" for index in range(random.randint(0, 2))]
    world.types = {name: MadeType(name) for name in (*entities, *values)}
    world.types["Tag"] = MadeType("Tag", {"id": MadeField("id", "ID!")})
    for index in range(random.randint(0, 2)):
        world.unions[f"U{index}"] = sorted(random.sample([*entities, *values], random.randint(1, len(entities))))
    for index in range(random.choice((0, 1, 1, 2))):
        types = random.sample(entities, random.randint(1, len(entities)))
        if values and random.random() < 0.15:
            types.append(random.choice(values))
        world.types[f"I{index}"] = MadeType(f"I{index}", types=sorted(types))
    for each in world.entities:
        _add_keys(world, each, random)
    targets = [*entities, *values, *world.unions, *(each.name for each in world.starting("I"))]
    for each in world.entities:
        for index in range(random.randint(2, 6)):
            _add_field(each, f"f{index}", _wrap(_pick(targets, random), random), random)
    for position, each in enumerate(world.starting("V")):
        for index in range(random.randint(1, 3)):
            deeper = values[position + 1 :] + entities
            _add_field(each, f"f{index}", _wrap(_pick(deeper, random, leaves=0.75), random), random)
    for each in world.starting("I"):
        _share_fields(world, each, targets, random)
    _add_roots(world, targets, random)
    return world


def _add_keys(world: World, entity: MadeType, random: Random) -> None:
    entity.keys = random.sample(KEYS, random.choice((1, 1, 2, 3)))
    if any(entity.name in each.types for each in world.starting("I")) or random.random() < 0.4:
        entity.keys = ["id", *(key for key in entity.keys if key != "id")]
    for key in entity.keys:
        for name in key.replace("{ id }", "").split():
            entity.fields[name] = MadeField(name, KEY_FIELDS[name])


def _pick(targets: list[str], random: Random, *, leaves: float = 0.5) -> str:
    if random.random() < leaves or not targets:
        return random.choice((*SCALARS, "M0"))
    return random.choice(targets)


def _wrap(named: str, random: Random) -> str:
    wraps = ("{}", "{}", "{}", "{}!", "[{}]", "[{}!]", "[{}!]!", "[[{}]!]")
    return random.choice(wraps).format(named)


def _add_field(owner: MadeType, name: str, type_: str, random: Random) -> MadeField:
    made = MadeField(name, type_)
    if random.random() < 0.2:
        made.arguments = random.choice(ARGUMENTS)
    owner.fields[name] = made
    return made


def _share_fields(world: World, interface: MadeType, targets: list[str], random: Random) -> None:
    """An interface has ``id`` where all its types have, and one or two fields of its own."""
    if all("id" in world.types[name].fields for name in interface.types):
        interface.fields["id"] = MadeField("id", "ID!")
    for index in range(random.randint(1, 2)):
        name = f"{interface.name.lower()}f{index}"
        made = _add_field(interface, name, _wrap(_pick(targets, random, leaves=0.7), random), random)
        for type_name in interface.types:
            world.types[type_name].fields[name] = MadeField(name, made.type, made.arguments)


def _add_roots(world: World, targets: list[str], random: Random) -> None:
    query, mutation = MadeType("Query"), MadeType("Mutation")
    for target in targets:
        if target.startswith("V") and random.random() < 0.6:
            continue
        _add_field(query, f"q{target}", random.choice(("{}", "{}", "[{}]", "[{}!]!", "[[{}]]")).format(target), random)
    _add_field(query, "leaf", _wrap(_pick([], random), random), random)
    if random.random() < 0.15:
        query.fields["again"] = MadeField("again", "Query!")
    for index in range(random.choice((0, 0, 1, 2, 3))):
        _add_field(mutation, f"change{index}", _wrap(_pick(targets, random, leaves=0.3), random), random)
    world.types["Query"] = query
    if mutation.fields:
        world.types["Mutation"] = mutation
