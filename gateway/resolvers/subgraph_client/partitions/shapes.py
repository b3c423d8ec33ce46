"""The shape of a fetch from a partitioned subgraph, read from its text once: its parts, and how each is asked of several members."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
    parse,
    print_ast,
)

from gateway.resolvers.subgraph_client.caching.shapes import used_variables
from gateway.resolvers.subgraph_client.partitions.joints import Joint
from gateway.resolvers.subgraph_client.partitions.pages import PageVariables
from gateway.resolvers.subgraph_client.partitions.reading import Decoder, make_decoder
from gateway.resolvers.subgraph_client.partitions.rewriting import Rewriter
from gateway.resolvers.subgraph_client.partitions.rules import PartitionRules, Place
from gateway.schema.selection import Argument, Field, print_selections, read_selections
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind, ResponseKey, SubgraphName, TypeName

KEPT_SHAPES: Final = 2_000
ENTITIES: Final = "_entities"
ALL: Final = "_gather_"
"""How the response key and the variable of entities begin that are asked of several members."""


@dataclass(frozen=True, slots=True)
class RootPart:
    """A root field. ``alone`` is how one member is asked for it, ``joined`` how several members are asked for it, ``joint`` makes one answer of theirs."""

    key: ResponseKey
    alone: Field
    ways: tuple[Place, ...]
    joined: Field
    joint: Joint
    pages: tuple[PageVariables, ...]


@dataclass(frozen=True, slots=True)
class EntityPart:
    """An ``_entities`` field, asked under another key and with another variable of several members."""

    key: ResponseKey
    variable: str
    alone: Field
    joined: Field
    pages: tuple[PageVariables, ...]
    rewriter: Rewriter
    joints: dict[TypeName, Joint] = field(default_factory=dict)

    @property
    def joined_key(self) -> ResponseKey:
        return f"{ALL}{self.key}"

    @property
    def joined_variable(self) -> str:
        return f"{ALL}{self.variable}"

    def joint(self, type_name: TypeName) -> Joint:
        """What makes one entity of a type of those that several members gave."""
        found = self.joints.get(type_name)
        if found is None:
            found = self.joints[type_name] = self.rewriter.entity_joint(type_name, self.alone.selections)
        return found


Part = RootPart | EntityPart


@dataclass(frozen=True, slots=True)
class Shape:
    """A request's parts. ``definitions`` are the types of its variables as text, by name."""

    kind: OperationKind
    name: str
    parts: tuple[Part, ...]
    definitions: Mapping[str, str]
    texts: dict[tuple[int, ...], tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    decoders: dict[tuple[int, ...], Decoder] = field(default_factory=dict)
    narrowed: dict[tuple[str, tuple[int, ...]], object] = field(default_factory=dict)
    """What members with schemas of their own are asked."""

    def text(self, fields: tuple[Field, ...]) -> tuple[str, tuple[str, ...]]:
        """The text that asks for these fields, which are some of the parts' own, and the names of its variables."""
        key = tuple(map(id, fields))
        found = self.texts.get(key)
        if found is None:
            found = self.texts[key] = self.print(fields)
        return found

    def decoder(self, fields: tuple[Field, ...]) -> Decoder:
        """What decodes the answer to these fields."""
        key = tuple(map(id, fields))
        found = self.decoders.get(key)
        if found is None:
            joints = {id(part.joined): part.joint for part in self.parts if isinstance(part, RootPart)}
            types = {each.response_key: joints[id(each)].form if id(each) in joints else Any for each in fields}
            found = self.decoders[key] = make_decoder(types)
        return found

    def alone(self) -> Iterator["Shape"]:
        """A shape for each part."""
        return (replace(self, parts=(part,), texts={}, decoders={}, narrowed={}) for part in self.parts)

    def print(self, fields: tuple[Field, ...]) -> tuple[str, tuple[str, ...]]:
        names = used_variables(fields)
        definitions = ", ".join(f"${name}: {self.definitions[name]}" for name in names)
        head = f"{self.kind.value} {self.name}".rstrip() + (f"({definitions})" if definitions else "")
        return f"{head} {{ {print_selections(fields)} }}", names


class ShapeReader:
    """Reads the requests to one subgraph, and remembers the last of them."""

    def __init__(self, supergraph: Supergraph, subgraph: SubgraphName, rules: PartitionRules) -> None:
        self._supergraph, self._rules = supergraph, rules
        self._view = supergraph.subgraphs[subgraph]
        self._shapes: OrderedDict[str, Shape | None] = OrderedDict()

    def shape(self, query: str) -> Shape | None:
        """The shape of a request; None where its text has other parts than a plan's fetches have."""
        if query in self._shapes:
            self._shapes.move_to_end(query)
            return self._shapes[query]
        found = self._shapes[query] = self._read(parse(query, no_location=True))
        if len(self._shapes) > KEPT_SHAPES:
            self._shapes.popitem(last=False)
        return found

    def _read(self, document: DocumentNode) -> Shape | None:
        (operation,) = document.definitions if len(document.definitions) == 1 else (None,)
        if not isinstance(operation, OperationDefinitionNode):
            return None
        kind = OperationKind(operation.operation.value)
        if not all(isinstance(node, FieldNode) for node in operation.selection_set.selections):
            return None
        parent = self._supergraph.root_types[kind]
        definitions = {d.variable.name.value: print_definition(d) for d in operation.variable_definitions or ()}
        parts: list[Part] = []
        for number, selection in enumerate(read_selections(operation.selection_set, {})):
            assert isinstance(selection, Field)  # noqa: S101  # see above
            rewriter = Rewriter(self._supergraph, self._view, self._rules, number)
            part = (
                self._entities(selection, rewriter)
                if selection.name == ENTITIES
                else self._root(parent, selection, rewriter)
            )
            if part is None:
                return None
            definitions |= dict(added_definitions(part))
            parts.append(part)
        name = operation.name.value if operation.name else ""
        return Shape(kind, name, tuple(parts), definitions)

    def _root(self, parent: TypeName, selection: Field, rewriter: Rewriter) -> RootPart:
        joined, joint = rewriter.field(parent, selection)
        declared = self._view.types[parent].fields.get(selection.name)
        returned = declared.type_name if declared is not None and not declared.type.startswith("[") else None
        ways = self._rules.ways(parent, selection.name, returned)
        return RootPart(selection.response_key, selection, ways, joined, joint, tuple(rewriter.pages))

    def _entities(self, selection: Field, rewriter: Rewriter) -> EntityPart | None:
        (argument,) = selection.arguments or (None,)
        if argument is None or argument.variables != (argument.value.removeprefix("$"),):
            return None
        variable = argument.variables[0]
        selections = rewriter.entity_selections(selection.selections)
        joined = Field(
            ENTITIES,
            f"{ALL}{selection.response_key}",
            (Argument(argument.name, f"${ALL}{variable}", (f"{ALL}{variable}",)),),
            selection.guards,
            selection.directives,
            selections,
        )
        return EntityPart(selection.response_key, variable, selection, joined, tuple(rewriter.pages), rewriter)


def added_definitions(part: Part) -> Iterator[tuple[str, str]]:
    """The types of the variables that asking several members adds."""
    for page in part.pages:
        if page.shared:
            continue
        yield page.after, "String"
        yield page.before, "String"
    if isinstance(part, EntityPart):
        yield part.joined_variable, "[_Any!]!"


def print_definition(node: VariableDefinitionNode) -> str:
    """A variable's type, and its default value if it has one."""
    default = f" = {print_ast(node.default_value)}" if node.default_value else ""
    return f"{print_ast(node.type)}{default}"
