"""Check that what clients see of a supergraph is a schema."""

from collections.abc import Mapping

from graphql import DocumentNode

from gateway.errors import CompositionError
from gateway.schema.composition.inaccessible.rules import RULES
from gateway.schema.composition.inaccessible.visible import read_visibility
from gateway.schema.supergraph import Feature
from gateway.schema.supergraph.features import read_features


def check_inaccessible(document: DocumentNode) -> tuple[CompositionError, ...]:
    """Every breach of the rules of ``@inaccessible`` in a supergraph's document, sorted by coordinate.

    Works on the document, because a supergraph that breaks these rules may have no public schema at all. The errors name no
    subgraph: the supergraph does not tell who hid what.
    """
    features: Mapping[str, Feature] = read_features(document)
    if "inaccessible" not in features:
        return ()
    visibility = read_visibility(document, features)
    errors = {error for rule in RULES for error in rule(visibility)}
    return tuple(sorted(errors, key=lambda error: (error.coordinate, error.code, error.message)))
