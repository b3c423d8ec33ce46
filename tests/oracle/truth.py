"""The world: what every field of every object is worth, as a pure function of names, arguments and required values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from zlib import crc32

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    SelectionNode,
    SelectionSetNode,
    build_schema,
    get_argument_values,
    get_named_type,
)

from tests.oracle.facts import Coordinate, SubgraphFacts, coordinates_of

POOL: Final = 3
"""How many entities of each type there are: few, so that the same ones are met on many ways."""
ROOTS: Final = ("Query", "Mutation")


@dataclass(frozen=True, slots=True)
class Thing:
    """An object. ``view`` is what a subgraph may say of it by ``@provides``, ``given`` the representation it was asked with."""

    type: str
    name: str
    view: tuple[SelectionNode, ...] = ()
    given: Mapping[str, Any] | None = field(default=None, compare=False)


def number(*parts: object) -> int:
    """A number that follows from its parts alone, the same in every process."""
    return crc32("/".join(map(str, parts)).encode())


class Truth:
    """The world behind one case, for the undivided server and for all subgraphs."""

    def __init__(self, undivided: str, facts: Mapping[str, SubgraphFacts], *, mood: str, salt: int) -> None:
        self.schema = build_schema(undivided, assume_valid_sdl=True)
        self.mood = mood
        self.salt = salt
        self.requires: dict[Coordinate, SelectionSetNode] = {}
        self.safe: set[Coordinate] = set()
        """What never is null and never fails: keys, and what some subgraph promises more strictly than the rest."""
        self.inputs: set[Coordinate] = set()
        """What other fields require. It fails only where a null may stand for the failure (README, "Which errors")."""
        self.members: dict[Coordinate, set[str]] = {}
        """For fields of abstract types: the types that every subgraph which has the field knows."""
        for each in facts.values():
            self._learn(each)

    def _learn(self, facts: SubgraphFacts) -> None:
        for (parent, name), selections in facts.requires.items():
            read = set(coordinates_of(facts.schema, parent, selections))
            for one in self._concrete(parent):
                self.requires[one, name] = selections
            self.inputs |= {(one, each) for above, each in read for one in self._concrete(above)}
        self.safe |= {(one, name) for parent, name in facts.identifying for one in self._concrete(parent)}
        for (parent, name), text in facts.types.items():
            for one in self._concrete(parent):
                declared = self.schema.type_map[one].fields[name].type  # type: ignore[attr-defined]  # objects have fields
                if text != str(declared):
                    self.safe.add((one, name))
                named = facts.schema.type_map[get_named_type(declared).name]
                if isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
                    known = {possible.name for possible in facts.schema.get_possible_types(named)}
                    self.members[one, name] = self.members.get((one, name), known) & known

    def _concrete(self, name: str) -> tuple[str, ...]:
        declared = self.schema.type_map[name]
        if isinstance(declared, GraphQLInterfaceType):
            return (name, *(each.name for each in self.schema.get_possible_types(declared)))
        return (name,)

    def value(self, thing: Thing, name: str, arguments: Mapping[str, Any], inputs: Any = None) -> Any:
        """What the field is worth; raises ``GraphQLError`` where it fails."""
        declared = self.schema.type_map[thing.type].fields[name]  # type: ignore[attr-defined]  # objects have fields
        spelled = f"{thing.name}.{name}"
        if arguments:
            spelled += f"({_spell(arguments)})"
        if inputs is not None:
            spelled += f"<{_spell(inputs)}>"
        return self._complete(declared.type, (thing.type, name), spelled)

    def true_inputs(self, thing: Thing, name: str) -> Any:
        """The values that the field requires, as they really are; None if it requires nothing."""
        selections = self.requires.get((thing.type, name))
        return self._select(thing, selections) if selections else None

    def _select(self, thing: Thing, selections: SelectionSetNode) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                found[selection.name.value] = self._input(thing, selection)
            elif self.fits(thing, selection):
                found |= self._select(thing, selection.selection_set)  # type: ignore[attr-defined]  # inline
        return found

    def _input(self, thing: Thing, selection: FieldNode) -> Any:
        name = selection.name.value
        declared = self.schema.type_map[thing.type].fields[name]  # type: ignore[attr-defined]  # objects have fields
        arguments = get_argument_values(declared, selection)
        try:
            value = self.value(thing, name, arguments, self.true_inputs(thing, name))
        except GraphQLError:
            return None
        return self._project(value, selection.selection_set)

    def _project(self, value: Any, selections: SelectionSetNode | None) -> Any:
        if isinstance(value, list):
            return [self._project(item, selections) for item in value]
        if isinstance(value, GraphQLError):
            return None
        return self._select(value, selections) if isinstance(value, Thing) and selections else value

    def fits(self, thing: Thing, selection: SelectionNode) -> bool:
        """Whether a fragment's type condition holds for the thing."""
        condition = getattr(selection, "type_condition", None)
        return condition is None or thing.type in self._concrete_members(condition.name.value)

    def _concrete_members(self, name: str) -> set[str]:
        declared = self.schema.type_map[name]
        if isinstance(declared, GraphQLInterfaceType | GraphQLUnionType):
            return {each.name for each in self.schema.get_possible_types(declared)}
        return {name}

    def is_input_failure(self, message: str) -> bool:
        """Whether a failure's message is about a field that others require, or about a part of its value."""
        words = message.replace("/", ".").split("(")[0].split("[")[0].split(" ")[0].split("<")[0].split(".")
        return any((one, words[-1]) in self.inputs for one in self.schema.type_map)

    # How values come about.

    def _complete(self, type_: Any, at: Coordinate, spelled: str, *, is_item: bool = False) -> Any:
        is_nullable = not isinstance(type_, GraphQLNonNull)
        if self._fails(at, spelled, is_nullable=is_nullable):
            failure = GraphQLError(f"{spelled} fails")
            if is_item:
                return failure
            raise failure
        if not is_nullable:
            return self._not_null(type_.of_type, at, spelled)
        if self.mood != "calm" and at not in self.safe and number(self.salt, spelled, "null") % 9 == 0:
            return None
        return self._not_null(type_, at, spelled)

    def _fails(self, at: Coordinate, spelled: str, *, is_nullable: bool) -> bool:
        may_fail = self.mood == "errors" and at not in self.safe and (is_nullable or at not in self.inputs)
        return may_fail and number(self.salt, spelled, "error") % 14 == 0

    def _not_null(self, type_: Any, at: Coordinate, spelled: str) -> Any:
        seed = number(self.salt, spelled, "value")
        if isinstance(type_, GraphQLList):
            return [self._complete(type_.of_type, at, f"{spelled}[{index}]", is_item=True) for index in range(seed % 4)]
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            return self._thing(type_, at, spelled, seed)
        if isinstance(type_, GraphQLEnumType):
            return sorted(type_.values)[seed % len(type_.values)]
        leaves = {"Int": seed % 1_000_000, "Float": seed % 10_000 / 4, "Boolean": seed % 2 == 0}
        return leaves.get(type_.name, spelled)

    def _thing(self, type_: Any, at: Coordinate, spelled: str, seed: int) -> Thing | None:
        names = self._concrete_members(type_.name)
        if not isinstance(type_, GraphQLObjectType):
            names &= self.members.get(at, names)
        if not names:
            return None
        picked = sorted(names)[seed % len(names)]
        if picked in ROOTS:
            return Thing(picked, picked)
        return Thing(picked, f"{picked}:{seed // 7 % POOL}" if is_entity(self.schema, picked) else spelled)


def is_entity(schema: GraphQLSchema, name: str) -> bool:
    """Entities, and nothing else, have names that begin with E."""
    return name.startswith("E") and isinstance(schema.type_map.get(name), GraphQLObjectType)


def with_view(truth: Truth, value: Any, view: tuple[SelectionNode, ...]) -> Any:
    """The value, its things carrying the part of a ``@provides`` that is about them."""
    if isinstance(value, list):
        return [with_view(truth, item, view) for item in value]
    if not isinstance(value, Thing) or not view:
        return value
    flat: list[SelectionNode] = []
    waiting = list(view)
    while waiting:
        selection = waiting.pop(0)
        if isinstance(selection, FieldNode):
            flat.append(selection)
        elif truth.fits(value, selection):
            waiting += selection.selection_set.selections  # type: ignore[attr-defined]  # inline
    return replace(value, view=tuple(flat))


def _spell(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
