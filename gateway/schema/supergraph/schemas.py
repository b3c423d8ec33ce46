"""A supergraph's two schemas as graphql-core has them, each built when it is first asked for: composing needs neither."""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from graphql import DocumentNode, GraphQLDirective, GraphQLError, GraphQLSchema

from gateway.errors import SupergraphError
from gateway.schema.supergraph.api_schema import is_linked_directive, public_document, without_specifications
from gateway.schema.supergraph.building import build_schema
from gateway.schema.supergraph.features import Feature

_LINKED: Final = "linked"
"""Among a directive's extensions: a linked specification brought it."""


class Schemas:
    """The full schema, with every type and field, and the API schema, with what clients may see.

    Either raises SupergraphError where the document does not make a schema.
    """

    def __init__(self, document: DocumentNode, features: Mapping[str, Feature]) -> None:
        self._document = document
        self._features = features

    @cached_property
    def full(self) -> GraphQLSchema:
        """Every type and field."""
        return self._mark(_build_schema(without_specifications(self._document, self._features)))

    @cached_property
    def api(self) -> GraphQLSchema:
        """What is not ``@inaccessible``; the full schema itself where nothing is."""
        if "inaccessible" not in self._features:
            return self.full
        return self._mark(_build_schema(public_document(self._document, self._features)))

    def _mark(self, schema: GraphQLSchema) -> GraphQLSchema:
        for directive in schema.directives:
            if is_linked_directive(directive.name, self._features):
                directive.extensions[_LINKED] = True
        return schema

    def build(self) -> None:
        """Build both now, so that what is wrong with them is found now."""
        _ = self.full, self.api

    def with_api(self, schema: GraphQLSchema) -> "Schemas":
        """The same full schema, and another one for clients."""
        found = Schemas(self._document, self._features)
        found.__dict__.update(full=self.full, api=schema)
        return found


def is_for_the_gateway(directive: GraphQLDirective) -> bool:
    """Whether a linked specification brought a directive that clients may write: no subgraph is known to have it."""
    return _LINKED in directive.extensions


def _build_schema(document: DocumentNode) -> GraphQLSchema:
    """The schema, taken as valid: what is wrong with it by a younger or stricter rule is for composers to refuse."""
    try:
        schema = build_schema(document)
    except (GraphQLError, TypeError) as error:
        raise SupergraphError(f"The supergraph does not make a schema: {error}") from error
    if schema.query_type is None:
        raise SupergraphError("The supergraph has no query type, so nothing could be asked of it.")
    return schema
