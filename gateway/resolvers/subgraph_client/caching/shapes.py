"""The shape of a fetch, read from its text once: its units, and its text without those that are already here."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    value_from_ast_untyped,
    visit,
)

from gateway.resolvers.cache.directives import Directives
from gateway.resolvers.cache.tags import Kinship, of_subgraph, of_type
from gateway.resolvers.subgraph_client.caching.identities import IdentityReader
from gateway.resolvers.subgraph_client.caching.policies import PolicyReader, Said
from gateway.resolvers.subgraph_client.caching.rules import SubgraphRules
from gateway.resolvers.subgraph_client.caching.tagging import ReadTags, Tagging
from gateway.resolvers.subgraph_client.caching.units import EntityUnit, FieldUnit, Kept, Tallies, Tally, Unit
from gateway.resolvers.subgraph_client.caching.versions import Versions
from gateway.schema.selection import Field, SelectionSet, print_selections, read_selections
from gateway.schema.supergraph import Supergraph
from gateway.types import OperationKind, SubgraphName, TypeName

KEPT_SHAPES: Final = 2_000
ENTITIES: Final = "_entities"


@dataclass(frozen=True, slots=True)
class Shape:
    """A query's units, in the order of its text. None can be told apart where ``units`` is empty: such a fetch is not kept."""

    units: tuple[Unit, ...] = ()
    document: DocumentNode | None = None
    texts: dict[frozenset[str], tuple[str, frozenset[str]]] = field(default_factory=dict)

    def without(self, aliases: frozenset[str]) -> tuple[str, frozenset[str]]:
        """The query's text without these root fields, and the names of the variables that it still has."""
        found = self.texts.get(aliases)
        if found is None and self.document is not None:
            found = self.texts[aliases] = _leave_out(self.document, aliases)
        assert found is not None  # noqa: S101  # there are units only where there is a document
        return found


@dataclass(frozen=True, slots=True)
class Given:
    """What is worked out for one thing to be kept, differently for entities and for root fields."""

    said: Said
    read_tags: ReadTags
    variables: tuple[str, ...]
    is_entity: bool = False


class ShapeReader:
    """Reads the queries of one subgraph, and remembers the last of them."""

    def __init__(
        self,
        supergraph: Supergraph,
        subgraph: SubgraphName,
        directives: Directives,
        rules: SubgraphRules,
        kinship: Kinship,
        tallies: Tallies,
    ) -> None:
        view = supergraph.subgraphs[subgraph]
        self.subgraph = subgraph
        self.identities = IdentityReader(view, kinship)
        self.policies = PolicyReader(supergraph, view, directives, rules)
        self._query_type = supergraph.root_types[OperationKind.QUERY]
        self._versions = Versions(view)
        self._tagging = Tagging(subgraph, kinship, directives)
        self._shapes: OrderedDict[str, Shape] = OrderedDict()
        self._tallies = tallies

    def shape(self, query: str) -> Shape:
        """The shape of a query."""
        found = self._shapes.get(query)
        if found is None:
            found = self._shapes[query] = self._read(query)
            if len(self._shapes) > KEPT_SHAPES:
                self._shapes.popitem(last=False)
        else:
            self._shapes.move_to_end(query)
        return found

    def _read(self, query: str) -> Shape:
        document = parse(query, no_location=True)
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if len(document.definitions) != 1 or len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
            return Shape()
        units: list[Unit] = []
        for node in operations[0].selection_set.selections:
            if not isinstance(node, FieldNode) or node.name.value.startswith("__"):
                return Shape()
            (selection,) = read_selections(SelectionSetNode(selections=(node,)), {}) or (None,)
            if not isinstance(selection, Field):
                return Shape()
            is_entities = selection.name == ENTITIES
            unit = self._entity_unit(selection) if is_entities else self._field_unit(node, selection)
            if unit is None:
                return Shape()
            units.append(unit)
        return Shape(tuple(units), document)

    def _entity_unit(self, selection: Field) -> EntityUnit | None:
        (argument,) = selection.arguments or (None,)
        if (
            argument is None
            or argument.value != f"${argument.variables[0] if argument.variables else ''}"
            or selection.guards
        ):
            return None
        return EntityUnit(
            selection.response_key,
            b'"%b":[' % selection.response_key.encode(),
            argument.variables[0],
            lambda type_name: self._of_entities(type_name, selection.selections),
        )

    def _of_entities(self, type_name: TypeName, selections: SelectionSet) -> Kept:
        given = Given(
            self.policies.of_entity(type_name, selections),
            self._tagging.of_representation(type_name),
            used_variables(selections),
            is_entity=True,
        )
        return self._kept(type_name, type_name, print_selections(selections), selections, given)

    def _field_unit(self, node: FieldNode, selection: Field) -> FieldUnit:
        parent = self._query_type
        nodes = {argument.name.value: argument.value for argument in node.arguments or ()}
        alone = (Field(selection.name, None, selection.arguments, (), selection.directives, selection.selections),)
        given = Given(
            self.policies.of_field(parent, selection),
            self._tagging.of_arguments(parent, selection.name),
            used_variables(alone),
        )
        inner = self.identities.type_of(parent, selection) or parent
        text = f"{print_selections(alone)}: {self.identities.whole_type_of(parent, selection)}"
        kept = self._kept(f"{parent}.{selection.name}", inner, text, selection.selections, given)
        opening = b'"%b":' % selection.response_key.encode()
        return FieldUnit(selection.response_key, opening, kept, lambda variables: evaluate(nodes, variables), selection)

    def _kept(self, name: str, type_name: TypeName, text: str, inner: SelectionSet, given: Given) -> Kept:
        types = tuple(dict.fromkeys(self.identities.types_in(type_name, inner)))
        policy = given.said.policy
        parts = (self.subgraph, name, text, self._versions.of(types), repr(policy))
        return Kept(
            name=name,
            type_name=type_name,
            said=given.said,
            seed="\x00".join(parts).encode(),
            variables=given.variables,
            static_tags=(
                of_subgraph(self.subgraph),
                *(tag for each in types for tag in (of_type(each), of_type(each, self.subgraph))),
            ),
            read_tags=given.read_tags,
            node=self.identities.read(type_name, inner, is_top_known=given.is_entity),
            tally=self._tallies.setdefault((self.subgraph, name), Tally()),
            is_private=policy.private,
        )


def evaluate(nodes: Mapping[str, ValueNode], variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a field's arguments."""
    return {name: value_from_ast_untyped(node, dict(variables)) for name, node in nodes.items()}


def used_variables(selections: SelectionSet) -> tuple[str, ...]:
    """The names of all variables in selections: in arguments, conditions and directives."""
    return tuple(sorted(set(_used(selections))))


def _used(selections: SelectionSet) -> Iterator[str]:
    for selection in selections:
        yield from (guard.variable for guard in selection.guards)
        for directive in selection.directives:
            yield from (name for argument in directive.arguments for name in argument.variables)
        if isinstance(selection, Field):
            yield from (name for argument in selection.arguments for name in argument.variables)
        yield from _used(selection.selections)


def _leave_out(document: DocumentNode, aliases: frozenset[str]) -> tuple[str, frozenset[str]]:
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)  # noqa: S101  # a shape was read from it
    kept = tuple(
        node
        for node in operation.selection_set.selections
        if not (isinstance(node, FieldNode) and (node.alias or node.name).value in aliases)
    )
    selection_set = SelectionSetNode(selections=kept)
    seen = _Variables()
    visit(selection_set, seen)
    definitions = tuple(d for d in operation.variable_definitions or () if d.variable.name.value in seen.names)
    rest = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=definitions,
        directives=operation.directives,
        selection_set=selection_set,
    )
    return print_ast(rest), frozenset(definition.variable.name.value for definition in definitions)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.names.add(node.name.value)
