"""Random operations on a schema: fragments, aliases, merged response keys, conditions, variables with and without values."""

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
)

SIZE: Final = 30
"""At most so many fields and fragments (one that is spread twice counts once)."""


@dataclass(slots=True)
class Scope:
    """What the response keys at one place stand for, so that what is merged can be merged."""

    taken: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """By response key: the field's type, its parent's if that is abstract or seen twice, and its call."""
    below: dict[str, "Scope"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeOperation:
    """An operation's text and the values of its variables."""

    text: str
    variables: dict[str, Any]


class OperationMaker:
    """Writes one operation, as the dice fall."""

    def __init__(self, schema: GraphQLSchema, random: Random) -> None:
        self.schema = schema
        self.random = random
        self.left = random.randint(3, SIZE)
        self.definitions: dict[str, str] = {}
        self.variables: dict[str, Any] = {}
        self.fragments: list[str] = []
        self.aliases = 0

    def make(self) -> MadeOperation:
        """A valid operation; a mutation now and then, where there are any."""
        kind = "mutation" if self.schema.mutation_type and self.chance(0.25) else "query"
        root = self.schema.mutation_type if kind == "mutation" else self.schema.query_type
        assert root is not None
        body = self.selections(root, self.random.randint(2, 5), Scope())
        definitions = ", ".join(f"${name}: {text}" for name, text in self.definitions.items())
        head = f"{kind} Q({definitions})" if definitions else f"{kind} Q"
        return MadeOperation("\n".join([f"{head} {{ {body} }}", *self.fragments]), self.variables)

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def selections(self, type_: Any, depth: int, scope: Scope) -> str:
        parts = [self.typename()] if self.chance(0.2) else []
        fields = list(getattr(type_, "fields", {}).items())
        for name, declared in self.random.choices(fields, k=self.random.randint(1, 5)) if fields else ():
            if self.left > 0 and (part := self.field(type_, name, declared, depth, scope)):
                parts.append(part)
        while self.left > 0 and self.chance(
            0.75 if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType) else 0.15
        ):
            parts.append(self.fragment(type_, depth, scope))
        self.random.shuffle(parts)
        return " ".join(parts) or self.typename()

    def typename(self) -> str:
        self.aliases += self.chance(0.2)
        return self.random.choice(("__typename", "__typename", f"t{self.aliases}: __typename"))

    def fragment(self, type_: Any, depth: int, scope: Scope) -> str:
        """A fragment that can apply: inline or named, on this type, one of its types, or one that overlaps."""
        self.left -= 1
        picked = self.random.choice(self.overlapping(type_))
        body = self.selections(picked, depth, scope)
        guard = self.guard()
        if self.chance(0.2):
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {picked.name} {{ {body} }}")
            return f"...{name}{guard}" + f" ...{name}" * self.chance(0.15)
        if picked is type_ and self.chance(0.5):
            return f"...{guard} {{ {body} }}"
        return f"... on {picked.name}{guard} {{ {body} }}"

    def overlapping(self, type_: Any) -> list[GraphQLNamedType]:
        own = self.possible(type_)
        return [
            each
            for each in self.schema.type_map.values()
            if isinstance(each, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
            and not each.name.startswith("__")
            and own & self.possible(each)
        ]

    def possible(self, type_: Any) -> set[str]:
        if isinstance(type_, GraphQLObjectType):
            return {type_.name}
        return {each.name for each in self.schema.get_possible_types(type_)}

    def guard(self) -> str:
        if self.chance(0.85):
            return ""
        value = self.random.choice(("true", "false")) if self.chance(0.2) else f"${self.boolean()}"
        text = f" @{self.random.choice(('include', 'skip'))}(if: {value})"
        return text + (f" @skip(if: ${self.boolean()})" if "include" in text and self.chance(0.15) else "")

    def boolean(self) -> str:
        name = f"b{self.random.randint(0, 2)}"
        if name not in self.definitions:
            default = self.random.choice(("", " = true", " = false"))
            self.definitions[name] = f"Boolean!{default}"
            if not default or self.chance(0.5):
                self.variables[name] = self.chance(0.5)
        return name

    def field(self, parent: Any, name: str, declared: GraphQLField, depth: int, scope: Scope) -> str:
        named = get_named_type(declared.type)
        is_leaf = not isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)
        if depth == 0 and not is_leaf:
            return ""
        self.left -= 1
        call = name + self.arguments(declared)
        key = self.key(scope, f"{parent.name}.{call}", name, str(declared.type))
        text = f"{call}{self.guard()}" if key == name else f"{key}: {call}{self.guard()}"
        if is_leaf:
            return text
        return f"{text} {{ {self.selections(named, depth - 1, scope.below.setdefault(key, Scope()))} }}"

    def key(self, scope: Scope, call: str, name: str, type_text: str) -> str:
        """A response key under which the field can be merged with what has it already."""
        parent, _, spelled = call.partition(".")
        wish = f"k{self.random.randint(0, 3)}" if self.chance(0.12) else name
        taken = scope.taken.setdefault(wish, (type_text, parent, spelled))
        if taken[0] == type_text and (taken[2] == spelled or self.are_apart(parent, taken[1])):
            return wish
        self.aliases += 1
        scope.taken[f"a{self.aliases}"] = (type_text, parent, spelled)
        return f"a{self.aliases}"

    def are_apart(self, one: str, other: str) -> bool:
        """Two object types: no object is both, so that one key may stand for two fields."""
        types = [self.schema.type_map[name] for name in (one, other)]
        return one != other and all(isinstance(each, GraphQLObjectType) for each in types)

    # Arguments.

    def arguments(self, declared: GraphQLField) -> str:
        parts = [
            f"{name}: {self.argument(each)}"
            for name, each in declared.args.items()
            if (isinstance(each.type, GraphQLNonNull) and each.default_value is Undefined) or self.chance(0.6)
        ]
        return f"({', '.join(parts)})" if parts else ""

    def argument(self, declared: GraphQLArgument) -> str:
        if self.chance(0.6):
            return self.literal(declared.type)
        text = str(declared.type)
        known = [name for name, each in self.definitions.items() if each.split(" = ")[0] == text and name[0] == "v"]
        if known and self.chance(0.4):
            return f"${self.random.choice(known)}"
        name = f"v{len(self.definitions)}"
        default = f" = {self.literal(declared.type)}" if self.chance(0.3) else ""
        self.definitions[name] = text + default
        if not (default or not text.endswith("!")) or self.chance(0.6):
            self.variables[name] = self.value(declared.type)
        return f"${name}"

    def value(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self.value(type_.of_type) for _ in range(self.random.randint(0, 2))]
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(sorted(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            return {name: self.value(each.type) for name, each in type_.fields.items() if self.chance(0.5)}
        return self.random.randint(1, 3) if type_.name == "Int" else self.random.choice(("x", "y"))

    def literal(self, type_: Any) -> str:
        return _write(self.value(type_), get_named_type(type_))


def _write(value: Any, named: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_write(item, named) for item in value)}]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{k}: {_write(v, get_named_type(named.fields[k].type))}" for k, v in value.items()) + "}"
        )
    return str(value) if isinstance(named, GraphQLEnumType) else json.dumps(value)
