"""What a mutation makes invalid: the entities that it returns, and what ``@invalidates`` of its fields names.

    directive @invalidates(tags: [String!], types: [String!]) repeatable on FIELD_DEFINITION

``tags`` are written as formats of ``@cacheTag`` are, over the field's arguments: ``"demands-{$args.cityCode}"``.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, ValueNode, parse

from gateway.resolvers.cache.directives import Directives
from gateway.resolvers.cache.tags import Kinship, of_author
from gateway.resolvers.subgraph_client.caching.identities import IdentityReader, Node
from gateway.resolvers.subgraph_client.caching.shapes import evaluate
from gateway.resolvers.subgraph_client.caching.tagging import fill
from gateway.resolvers.subgraph_client.protocol import SubgraphRequest
from gateway.resolvers.subgraph_client.transport import HttpAnswer
from gateway.schema.selection import Field, read_selections
from gateway.schema.supergraph import SubgraphView
from gateway.types import ResponseKey, SubgraphName, TypeName

KEPT_MUTATIONS: Final = 500


@dataclass(frozen=True, slots=True)
class Invalidating:
    """One mutation field: what its directives name, and where entities are in its answer (None: it has none)."""

    alias: ResponseKey
    tags: tuple[str, ...]
    types: tuple[TypeName, ...]
    returned: tuple[TypeName, ...]
    node: Node | None
    arguments: Mapping[str, ValueNode]


class MutationReader:
    """Reads what the mutations of one subgraph make invalid."""

    def __init__(self, view: SubgraphView, mutation_type: TypeName, directives: Directives, kinship: Kinship) -> None:
        self._subgraph: SubgraphName = view.name
        self._mutation_type = mutation_type
        self._directives, self._kinship = directives, kinship
        self._identities = IdentityReader(view, kinship)
        self._known: OrderedDict[str, tuple[Invalidating, ...]] = OrderedDict()

    def tags(self, request: SubgraphRequest, answer: HttpAnswer | None) -> tuple[str, ...]:
        """The tags to invalidate after a mutation. Without a usable answer nobody knows what it did: all types that it could have returned."""
        data = read_data(answer)
        found: dict[str, None] = {}
        for each in self._fields(request.query):
            arguments = evaluate(each.arguments, request.variables)
            found.update((of_author(fill(text, "$args", arguments)), None) for text in each.tags)
            for type_name in each.types if data is not None else (*each.types, *each.returned):
                found.update(dict.fromkeys(self._kinship.type_tags(type_name)))
            if data is not None and each.node is not None:
                found.update(dict.fromkeys(self._of_entities(each.node, data.get(each.alias))))
        return tuple(found)

    def _of_entities(self, node: Node, value: Any) -> Iterator[str]:
        for type_name, keys in self._identities.entities(node, value):
            for name in self._kinship.related(type_name):
                yield from self._kinship.key_tags(name, keys)

    def _fields(self, query: str) -> tuple[Invalidating, ...]:
        found = self._known.get(query)
        if found is None:
            found = self._known[query] = tuple(self._read(query))
            if len(self._known) > KEPT_MUTATIONS:
                self._known.popitem(last=False)
        return found

    def _read(self, query: str) -> Iterator[Invalidating]:
        (operation,) = parse(query, no_location=True).definitions
        assert isinstance(operation, OperationDefinitionNode)  # noqa: S101  # a plan sends one operation and no fragments
        for node in operation.selection_set.selections:
            if not isinstance(node, FieldNode) or node.name.value.startswith("__"):
                continue
            for selection in read_selections(SelectionSetNode(selections=(node,)), {}):
                if isinstance(selection, Field):
                    yield self._read_field(node, selection)

    def _read_field(self, node: FieldNode, selection: Field) -> Invalidating:
        said = list(self._directives.of("invalidates", f"{self._mutation_type}.{selection.name}", self._subgraph))
        inner = self._identities.type_of(self._mutation_type, selection)
        has_objects = inner is not None and selection.selections
        types = self._identities.types_in(inner, selection.selections) if inner and has_objects else ()
        return Invalidating(
            alias=selection.response_key,
            tags=tuple(str(tag) for one in said for tag in one.get("tags") or ()),
            types=tuple(str(name) for one in said for name in one.get("types") or ()),
            returned=tuple(dict.fromkeys(types)),
            node=self._identities.read(inner, selection.selections, is_top_known=False)
            if inner and has_objects
            else None,
            arguments={argument.name.value: argument.value for argument in node.arguments or ()},
        )


def read_data(answer: HttpAnswer | None) -> Mapping[str, Any] | None:
    """The data of an answer; None where there is none to be read."""
    if answer is None:
        return None
    try:
        body = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    data = body.get("data") if isinstance(body, dict) else None
    return data if isinstance(data, dict) else None
