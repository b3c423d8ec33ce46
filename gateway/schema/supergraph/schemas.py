"""A supergraph's two schemas as graphql-core has them, each built when it is first asked for: composing needs neither."""

from collections.abc import Mapping
from functools import cached_property

from graphql import DocumentNode, GraphQLError, GraphQLSchema

from gateway.errors import SupergraphError
from gateway.schema.supergraph.api_schema import public_document, without_specifications
from gateway.schema.supergraph.building import build_schema
from gateway.schema.supergraph.features import Feature


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
        return _build_schema(without_specifications(self._document, self._features))

    @cached_property
    def api(self) -> GraphQLSchema:
        """What is not ``@inaccessible``; the full schema itself where nothing is."""
        if "inaccessible" not in self._features:
            return self.full
        return _build_schema(public_document(self._document, self._features))

    def build(self) -> None:
        """Build both now, so that what is wrong with them is found now."""
        _ = self.full, self.api

    def with_api(self, schema: GraphQLSchema) -> "Schemas":
        """The same full schema, and another one for clients."""
        found = Schemas(self._document, self._features)
        found.__dict__.update(full=self.full, api=schema)
        return found


def _build_schema(document: DocumentNode) -> GraphQLSchema:
    """The schema, taken as valid: what is wrong with it by a younger or stricter rule is for composers to refuse."""
    try:
        schema = build_schema(document)
    except (GraphQLError, TypeError) as error:
        raise SupergraphError(f"The supergraph does not make a schema: {error}") from error
    if schema.query_type is None:
        raise SupergraphError("The supergraph has no query type, so nothing could be asked of it.")
    return schema
