"""The supergraph: one schema that says which subgraph resolves what."""

from gateway.schema.supergraph.features import Feature
from gateway.schema.supergraph.model import (
    ContextArgument,
    FieldView,
    Key,
    OverrideLabel,
    PublicType,
    SubgraphView,
    Supergraph,
    TypeKind,
    TypeView,
)
from gateway.schema.supergraph.reader import read_document, read_supergraph
from gateway.schema.supergraph.subgraph_schema import derive_subgraph_schema

__all__ = [
    "ContextArgument",
    "Feature",
    "FieldView",
    "Key",
    "OverrideLabel",
    "PublicType",
    "SubgraphView",
    "Supergraph",
    "TypeKind",
    "TypeView",
    "derive_subgraph_schema",
    "read_document",
    "read_supergraph",
]
