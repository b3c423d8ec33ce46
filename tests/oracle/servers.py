"""The undivided server and the subgraph servers, all looking at the same world."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from graphql import (
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    build_ast_schema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from gateway.resolvers.subgraph_client import InProcessClient, SubgraphRequest, encode_request
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from tests.oracle.facts import SubgraphFacts
from tests.oracle.truth import POOL, Thing, Truth, is_entity, with_view

Info = GraphQLResolveInfo[Any]
Resolve = Callable[[Thing, Info, Mapping[str, Any]], Any]

OK: Final = 200
CHANCE: Final = 0.5
"""What the gateway draws for ``percent(…)`` labels, always."""
ENTITIES: Final = (
    "scalar _Any\nunion _Entity = {names}\nextend type Query {{ _entities(representations: [_Any!]!): [_Entity]! }}"
)


@dataclass(slots=True)
class Journal:
    """How many mutations ran in one request: each one's value depends on it, so that order and number show."""

    mutations: int = 0


def undivided_server(undivided: str, truth: Truth) -> GraphQLSchema:
    """One server for everything that clients may see."""

    def resolve(thing: Thing, info: Info, arguments: Mapping[str, Any]) -> Any:
        return truth.value(thing, info.field_name, arguments, truth.true_inputs(thing, info.field_name))

    schema = build_ast_schema(parse(undivided, no_location=True), assume_valid=True, assume_valid_sdl=True)
    hidden = dict(_hidden(undivided))
    for name, fields in hidden.items():
        for each in fields:
            del schema.type_map[name].fields[each]  # type: ignore[attr-defined]  # a type with fields
    return _attach(schema, resolve, lambda thing: thing.type)


def _hidden(undivided: str) -> Iterator[tuple[str, list[str]]]:
    for node in parse(undivided, no_location=True).definitions:
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            yield node.name.value, [each.name.value for each in node.fields or () if _is_hidden(each)]


def _is_hidden(field: FieldDefinitionNode) -> bool:
    return any(each.name.value == "inaccessible" for each in field.directives or ())


def _attach(schema: GraphQLSchema, resolve: Resolve, local_type: Callable[[Thing], str]) -> GraphQLSchema:
    def resolve_field(thing: Thing | None, info: Info, **arguments: Any) -> Any:
        return resolve(_root(info) if thing is None else thing, info, arguments)

    for declared in schema.type_map.values():
        if isinstance(declared, GraphQLObjectType) and not declared.name.startswith("__"):
            for field in declared.fields.values():
                field.resolve = resolve_field
        elif hasattr(declared, "resolve_type"):
            declared.resolve_type = lambda thing, *_: local_type(thing)
    return schema


def _root(info: Info) -> Thing:
    """The root: of mutations, one that remembers how many ran before."""
    if info.parent_type.name == "Query":
        return Thing("Query", "Query")
    info.context.mutations += 1
    return Thing("Mutation", f"Mutation{info.context.mutations}")


class SubgraphServer:
    """One subgraph, strict: what it is not entitled to answer, or is asked with wrong inputs, is an error or a wrong value."""

    def __init__(self, sdl: str, facts: SubgraphFacts, truth: Truth, others: Mapping[str, SubgraphFacts]) -> None:
        self.facts = facts
        self.truth = truth
        self.lost = set(_lost_fields(facts, others))
        names = [name for name in facts.keys if isinstance(facts.schema.type_map[name], GraphQLObjectType)]
        more = ENTITIES.format(names=" | ".join(names)) if names else ""
        if names and facts.schema.query_type is None:
            more = more.replace("extend type", "type")
        schema = build_schema(f"{sdl}\n{more}", assume_valid=True, assume_valid_sdl=True)
        self.schema = _attach(schema, self.resolve, self.local_type)

    def local_type(self, thing: Thing) -> str:
        """The name of the thing's type here: where its interface is an object, that is all that is known."""
        if thing.type in self.facts.schema.type_map:
            return thing.type
        interfaces = getattr(self.truth.schema.type_map[thing.type], "interfaces", ())
        return str(next(each.name for each in interfaces if each.name in self.facts.interface_objects))

    def resolve(self, thing: Thing, info: Info, arguments: Mapping[str, Any]) -> Any:
        name, at = info.field_name, (info.parent_type.name, info.field_name)
        if name == "_entities":
            return [self.entity(each) for each in arguments["representations"]]
        provided = _named(thing.view, name)
        if at in self.facts.externals and provided is None:
            raise GraphQLError(f"{self.facts.name} cannot resolve the external {at}")
        if at in self.lost:
            thing = replace(thing, name=f"LOST:{self.facts.name}:{thing.name}")
        requires = self.facts.requires.get(at)
        inputs = self.inputs(thing, requires) if requires else self.inherited_inputs(thing, at)
        value = self.truth.value(thing, name, arguments, inputs)
        view = provided.selections if provided else ()
        if at in self.facts.provides:
            view = (*view, *self.facts.provides[at].selections)
        return with_view(self.truth, value, tuple(view))

    def inherited_inputs(self, thing: Thing, at: tuple[str, str]) -> Any:
        """For a provided field that requires something where it is resolved: what is provided is the same value."""
        return self.truth.true_inputs(thing, at[1]) if at in self.facts.externals else None

    def inputs(self, thing: Thing, selections: SelectionSetNode) -> Any:
        if thing.given is None:
            raise GraphQLError(f"{self.facts.name} was asked without a representation")
        return self.read(thing.given, selections, thing.type)

    def read(self, given: Mapping[str, Any], selections: SelectionSetNode, type_name: str) -> dict[str, Any]:
        """What the representation says, by the names of the field set; raises ``GraphQLError`` where it lacks one."""
        found: dict[str, Any] = {}
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                name = selection.name.value
                if name not in given:
                    raise GraphQLError(f"{self.facts.name} lacks the input {name} of {type_name}")
                found[name] = self.read_value(given[name], selection.selection_set)
            elif self.truth.fits(Thing(given.get("__typename", type_name), ""), selection):
                found |= self.read(given, selection.selection_set, type_name)  # type: ignore[attr-defined]  # inline
        return found

    def read_value(self, given: Any, selections: SelectionSetNode | None) -> Any:
        if isinstance(given, list):
            return [self.read_value(item, selections) for item in given]
        return self.read(given, selections, "") if selections and given is not None else given

    def entity(self, given: Mapping[str, Any]) -> Thing | GraphQLError:
        """The thing that the representation's keys name; an error where they name none, or more than one."""
        name = given["__typename"]
        keys = [key for key in self.facts.keys.get(name, ()) if _has(given, key)]
        if not keys:
            return GraphQLError(f"{self.facts.name} knows no key of {given!r}")
        for thing in self.things(name):
            if all(self.truth._select(thing, key) == self.read(given, key, name) for key in keys):
                return replace(thing, given=given)
        return GraphQLError(f"{self.facts.name} knows no {given!r}")

    def things(self, name: str) -> Iterator[Thing]:
        names = self.truth._concrete_members(name)
        for one in sorted(names):
            if is_entity(self.truth.schema, one):
                yield from (Thing(one, f"{one}:{index}") for index in range(POOL))


def _has(given: Any, selections: SelectionSetNode | None) -> bool:
    if selections is None:
        return True
    fields = [each for each in selections.selections if isinstance(each, FieldNode)]
    return isinstance(given, dict) and all(
        each.name.value in given and _has(given[each.name.value], each.selection_set) for each in fields
    )


class _Provided:
    def __init__(self, selections: tuple[SelectionNode, ...]) -> None:
        self.selections = selections


def _named(view: tuple[SelectionNode, ...], name: str) -> _Provided | None:
    """What a view says below the field; None where it does not have the field."""
    found = [each for each in view if isinstance(each, FieldNode) and each.name.value == name]
    below = [inner for each in found if each.selection_set for inner in each.selection_set.selections]
    return _Provided(tuple(below)) if found else None


def _lost_fields(facts: SubgraphFacts, others: Mapping[str, SubgraphFacts]) -> Iterator[tuple[str, str]]:
    """The fields that this subgraph must not be asked for: overridden by another, or not yet taken over."""
    for other in others.values():
        for at, (former, label) in other.overrides.items():
            is_active = label is None or float(label.removeprefix("percent(").removesuffix(")")) > CHANCE * 100
            if facts.name == (former if is_active else other.name) and at in facts.types:
                yield at


def make_servers(
    undivided: str, facts: Mapping[str, SubgraphFacts], sdls: Mapping[str, str], truth: Truth
) -> tuple[GraphQLSchema, dict[str, GraphQLSchema]]:
    """The undivided server, and the subgraphs by name."""
    subgraphs = {name: SubgraphServer(sdl, facts[name], truth, facts).schema for name, sdl in sdls.items()}
    return undivided_server(undivided, truth), subgraphs


class CheckingClient(InProcessClient):
    """Subgraphs in this process. It remembers which requests their subgraph's own schema does not allow, and validates each only once."""

    def __init__(self, schemas: Mapping[str, GraphQLSchema], journal: Journal) -> None:
        super().__init__(schemas, context=journal)
        self.schemas = schemas
        self.journal = journal
        self.problems: list[str] = []
        self.sent = 0
        self._documents: dict[tuple[str, str], DocumentNode] = {}

    async def post(self, request: SubgraphRequest) -> HttpAnswer:
        """The subgraph's answer over HTTP."""
        self.sent += 1
        entries = msgspec.json.decode(encode_request(request))
        schema, query = self.schemas[request.subgraph], entries["query"]
        document = self._documents.get((request.subgraph, query))
        if document is None:
            document = self._documents[request.subgraph, query] = parse(query, no_location=True)
            for problem in validate(schema, document):
                self.problems.append(f"{request.subgraph}: {problem.message}: {query}")
        result = execute_sync(
            schema, document, variable_values=entries.get("variables"), context_value=self.journal
        ).formatted
        return HttpAnswer(OK, {"content-type": "application/json"}, msgspec.json.encode(result))
