"""Random operations that are valid on a schema."""

from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)


class OperationMaker:
    """Writes one operation: fields, aliases, arguments, fragments and conditions, as the dice fall."""

    def __init__(self, schema: GraphQLSchema, random: Random, *, depth: int = 4, guards: bool = True) -> None:
        self.schema = schema
        self.random = random
        self.depth = depth
        self.guards = guards
        self.aliases = 0

    def make(self, kind: str = "query") -> str:
        root = self.schema.query_type if kind == "query" else self.schema.mutation_type
        assert root is not None
        body = self.selections(root, self.depth, {})
        return f"{kind} Q($yes: Boolean! = true, $no: Boolean! = false) {{ v: __typename @include(if: $yes) w: __typename @skip(if: $no) {body} }}"

    def selections(self, type_: Any, depth: int, taken: dict[str, str]) -> str:
        parts: list[str] = []
        fields = list(getattr(type_, "fields", {}).items())
        if not fields or self.random.random() < 0.3:
            parts.append("__typename")
        self.random.shuffle(fields)
        for name, declared in fields[: self.random.randint(1, 4)]:
            if part := self.field(type_, name, declared, depth, taken):
                parts.append(part)
        if depth > 0 and is_abstract_type(type_) and self.random.random() < 0.8:
            types = self.schema.get_possible_types(type_)
            others = [
                t
                for t in self.schema.type_map.values()
                if is_abstract_type(t)
                and not t.name.startswith("__")
                and any(self.schema.is_sub_type(t, p) for p in types)
            ]
            for picked in self.random.sample([*types, *others], min(2, len(types) + len(others))):
                guard = self.guard()
                parts.append(f"... on {picked.name}{guard} {{ {self.selections(picked, depth - 1, taken)} }}")
        if not parts:
            parts.append("__typename")
        self.random.shuffle(parts)
        return " ".join(parts)

    def guard(self) -> str:
        if not self.guards or self.random.random() > 0.15:
            return ""
        return self.random.choice([" @include(if: $yes)", " @include(if: $no)", " @skip(if: $yes)", " @skip(if: $no)"])

    def field(self, parent: Any, name: str, declared: Any, depth: int, taken: dict[str, str]) -> str:
        named = get_named_type(declared.type)
        arguments = ", ".join(
            f"{n}: {self.literal(a.type)}"
            for n, a in declared.args.items()
            if isinstance(a.type, GraphQLNonNull) or self.random.random() < 0.5
        )
        call = f"{name}({arguments})" if arguments else name
        key = name
        if self.random.random() < 0.2 or taken.setdefault(key, f"{parent.name}.{call}") != f"{parent.name}.{call}":
            self.aliases += 1
            key = f"a{self.aliases}"
            call = f"{key}: {call}"
        if not is_composite_type(named):
            return call + self.guard()
        if depth == 0:
            return ""
        return f"{call}{self.guard()} {{ {self.selections(named, depth - 1, {})} }}"

    def literal(self, type_: Any) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self.literal(type_.of_type)
        if isinstance(type_, GraphQLList):
            return f"[{self.literal(type_.of_type)}]"
        if isinstance(type_, GraphQLEnumType):
            return self.random.choice(list(type_.values))
        if isinstance(type_, GraphQLInputObjectType):
            if type_.is_one_of:
                name = self.random.choice(list(type_.fields))
                return f"{{{name}: {self.literal(type_.fields[name].type)}}}"
            return (
                "{"
                + ", ".join(
                    f"{n}: {self.literal(f.type)}"
                    for n, f in type_.fields.items()
                    if isinstance(f.type, GraphQLNonNull)
                )
                + "}"
            )
        return {"Int": "1", "Float": "1.5", "Boolean": "true"}.get(type_.name, '"x"')
