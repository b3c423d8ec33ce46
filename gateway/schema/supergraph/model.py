"""The supergraph as frozen data: the whole schema, its public part, and what each subgraph knows of every type."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from graphql import DocumentNode, GraphQLSchema, TypeDefinitionNode

from gateway.schema.selection import SelectionSet
from gateway.schema.supergraph.features import Feature
from gateway.schema.supergraph.schemas import Schemas
from gateway.types import FieldName, Label, OperationKind, SubgraphName, TypeName


class TypeKind(Enum):
    """The kinds of named types (GraphQL specification, section 3.4)."""

    SCALAR = "scalar"
    OBJECT = "object"
    INTERFACE = "interface"
    UNION = "union"
    ENUM = "enum"
    INPUT_OBJECT = "input_object"

    @property
    def is_composite(self) -> bool:
        return self in (TypeKind.OBJECT, TypeKind.INTERFACE, TypeKind.UNION)

    @property
    def is_abstract(self) -> bool:
        return self in (TypeKind.INTERFACE, TypeKind.UNION)


@dataclass(frozen=True, slots=True)
class Key:
    """One ``@key``. A key that is not resolvable can be read in its subgraph, but nothing can enter by it."""

    selections: SelectionSet
    resolvable: bool = True


@dataclass(frozen=True, slots=True)
class OverrideLabel:
    """A progressive override: the subgraph resolves the field only while the label's being active is ``when``."""

    name: Label
    when: bool


@dataclass(frozen=True, slots=True)
class ContextArgument:
    """An argument that clients do not see: the gateway reads it from the nearest enclosing object that has ``context``.

    ``type`` is GraphQL text. ``selections`` is read on that object, with a fragment per type where there are several.
    """

    name: str
    type: str
    context: str
    selections: SelectionSet


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field as one subgraph has it. ``type`` is the GraphQL text of its type there, ``type_name`` the type's name.

    ``is_external`` fields can be read there only where a ``@provides`` in force says so.
    """

    name: FieldName
    type: str
    type_name: TypeName
    is_external: bool = False
    requires: SelectionSet = ()
    provides: SelectionSet = ()
    label: OverrideLabel | None = None
    contexts: tuple[ContextArgument, ...] = ()


@dataclass(frozen=True, slots=True)
class TypeView:
    """One type as one subgraph has it.

    ``runtime_types`` are the concrete types an object of this type can have there, sorted: the type itself for an object,
    none for an interface object (it is an object there, but the subgraph cannot tell which). ``contexts`` are the names of the
    contexts that objects of this type set. ``members`` are a union's, ``values`` an enum's.
    """

    name: TypeName
    kind: TypeKind
    keys: tuple[Key, ...] = ()
    is_interface_object: bool = False
    fields: Mapping[FieldName, FieldView] = field(default_factory=dict)
    interfaces: tuple[TypeName, ...] = ()
    members: tuple[TypeName, ...] = ()
    runtime_types: tuple[TypeName, ...] = ()
    values: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubgraphView:
    """One subgraph as the supergraph tells it. ``join_name`` is its value of the enum ``join__Graph``."""

    name: SubgraphName
    url: str
    join_name: str
    types: Mapping[TypeName, TypeView]


@dataclass(frozen=True, slots=True)
class PublicType:
    """A type as clients see it: an object's or interface's ``fields``, each with the name of the type it returns."""

    kind: TypeKind
    fields: Mapping[FieldName, TypeName] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Supergraph:
    """A supergraph that was read.

    ``definitions`` are the types that no specification brought. ``public`` are those that clients may see. ``subgraphs`` are sorted by name.
    ``possible_types`` gives for each object, interface and union its concrete types in the full schema, sorted.
    ``field_types`` gives for each field its type in the full schema as GraphQL text. ``labels`` are all override labels, sorted.
    """

    document: DocumentNode
    definitions: Mapping[TypeName, TypeDefinitionNode]
    schemas: Schemas
    public: Mapping[TypeName, PublicType]
    subgraphs: Mapping[SubgraphName, SubgraphView]
    kinds: Mapping[TypeName, TypeKind]
    possible_types: Mapping[TypeName, tuple[TypeName, ...]]
    interfaces: Mapping[TypeName, tuple[TypeName, ...]]
    field_types: Mapping[TypeName, Mapping[FieldName, str]]
    root_types: Mapping[OperationKind, TypeName]
    features: Mapping[str, Feature]
    labels: tuple[Label, ...]

    @property
    def full_schema(self) -> GraphQLSchema:
        """Every type and field."""
        return self.schemas.full

    @property
    def api_schema(self) -> GraphQLSchema:
        """Only what clients may see."""
        return self.schemas.api

    def with_api_schema(self, schema: GraphQLSchema) -> "Supergraph":
        """The same supergraph, and another schema for clients."""
        return replace(self, schemas=self.schemas.with_api(schema))
