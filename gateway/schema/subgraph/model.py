"""One subgraph, read: its types with definitions and extensions taken together, every directive under its standard name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from graphql import ConstDirectiveNode, ConstValueNode, DirectiveDefinitionNode, Node

from gateway.types import FieldName, OperationKind, SubgraphName, TypeName


class Kind(Enum):
    """The kinds of type; a value is the kind's name in messages."""

    SCALAR = "Scalar"
    OBJECT = "Object"
    INTERFACE = "Interface"
    UNION = "Union"
    ENUM = "Enum"
    INPUT_OBJECT = "Input Object"


COMPOSITE = frozenset({Kind.OBJECT, Kind.INTERFACE, Kind.UNION})
"""Kinds whose fields take a selection set."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A directive as it is applied.

    ``name`` is as written. ``spec`` is the name in the specification that owns the directive (``key``, whatever a
    subgraph imported it as; also GraphQL's own, ``deprecated``), or None for a directive of the author's.
    """

    name: str
    spec: str | None
    arguments: Mapping[str, ConstValueNode]
    node: ConstDirectiveNode | None = None
    in_extension: bool = False
    block: int = 0
    """Which of the type's definitions and extensions it stands on or in."""


@dataclass(frozen=True, slots=True)
class InputValue:
    """An argument or an input field. ``type`` is its text, ``base`` the name under lists and non-null marks."""

    name: str
    type: str
    base: TypeName
    default: ConstValueNode | None
    directives: tuple[Applied, ...]
    description: str | None
    node: Node | None = None

    @property
    def is_required(self) -> bool:
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or interface."""

    name: FieldName
    parent: TypeName
    type: str
    base: TypeName
    arguments: Mapping[str, InputValue]
    directives: tuple[Applied, ...]
    description: str | None
    node: Node | None = None
    block: int = 0

    @property
    def coordinate(self) -> str:
        return f"{self.parent}.{self.name}"


@dataclass(frozen=True, slots=True)
class EnumValue:
    """A value of an enum."""

    name: str
    directives: tuple[Applied, ...]
    description: str | None
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type, its definition and extensions in one. Parts that its kind does not have are empty."""

    name: TypeName
    kind: Kind
    description: str | None
    directives: tuple[Applied, ...]
    fields: Mapping[FieldName, Field] = field(default_factory=dict)
    inputs: Mapping[FieldName, InputValue] = field(default_factory=dict)
    values: Mapping[str, EnumValue] = field(default_factory=dict)
    interfaces: tuple[TypeName, ...] = ()
    members: tuple[TypeName, ...] = ()
    nodes: tuple[Node, ...] = ()
    has_definition: bool = True


Element = TypeDefinition | Field | InputValue | EnumValue


@dataclass(frozen=True, slots=True)
class Link:
    """One ``@link``: ``imports`` maps the specification's names (``@`` before a directive's) to local ones."""

    url: str
    identity: str
    name: str
    version: tuple[int, int]
    prefix: str
    imports: Mapping[str, str]
    node: Node | None = None

    def local(self, directive: str) -> str:
        """The local name of one of the specification's directives, without ``@``."""
        if (imported := self.imports.get(f"@{directive}")) is not None:
            return imported.removeprefix("@")
        return self.prefix if directive == self.name else f"{self.prefix}__{directive}"


@dataclass(frozen=True, slots=True, eq=False)
class SubgraphSchema:
    """A subgraph, read; equal only to itself, so that what is known of it can be kept. Root types have their default names; ``version`` is None for Federation 1.

    ``spec_names`` maps each local directive name to the specification's own; ``definitions`` holds the directives that
    the author defined, ``available`` every directive that may be applied with what defines it.
    """

    name: SubgraphName
    url: str
    types: Mapping[TypeName, TypeDefinition]
    definitions: Mapping[str, DirectiveDefinitionNode]
    available: Mapping[str, DirectiveDefinitionNode]
    links: tuple[Link, ...]
    spec_names: Mapping[str, str]
    version: tuple[int, int] | None
    roots: Mapping[OperationKind, TypeName]
    schema_directives: tuple[Applied, ...] = ()
    schema_description: str | None = None
    specified: Mapping[str, DirectiveDefinitionNode] = field(default_factory=dict)
    """The linked specifications' directives, as they define them, under local names."""
    spec_type_nodes: tuple[Node, ...] = ()
    """The author's own definitions of types that a specification owns."""
    specified_types: frozenset[TypeName] = frozenset()
    """Names of types that the linked specifications own."""
    definition_arguments: Mapping[str, tuple[InputValue, ...]] = field(default_factory=dict)
    """The arguments of the directives that the author defined."""

    @property
    def is_federation_2(self) -> bool:
        return self.version is not None

    def local(self, spec: str) -> str:
        """What this subgraph calls a specification's directive, without ``@``."""
        return next((local for local, name in self.spec_names.items() if name == spec), spec)

    def implementations(self, interface: TypeName) -> list[TypeDefinition]:
        """The object types that implement an interface here."""
        return [t for t in self.types.values() if t.kind is Kind.OBJECT and interface in t.interfaces]


def applied(element: Element, spec: str) -> Iterator[Applied]:
    """The applications of a specification's directive on an element."""
    return (d for d in element.directives if d.spec == spec)


def has(element: Element, spec: str) -> bool:
    """Whether a specification's directive is applied on an element."""
    return any(d.spec == spec for d in element.directives)


def elements(schema: SubgraphSchema) -> Iterator[tuple[str, str, Element]]:
    """Every element of a subgraph as (coordinate, directive location, element)."""
    for type_ in schema.types.values():
        yield type_.name, LOCATIONS[type_.kind], type_
        for field_ in type_.fields.values():
            yield field_.coordinate, "FIELD_DEFINITION", field_
            for argument in field_.arguments.values():
                yield f"{field_.coordinate}({argument.name}:)", "ARGUMENT_DEFINITION", argument
        for input_ in type_.inputs.values():
            yield f"{type_.name}.{input_.name}", "INPUT_FIELD_DEFINITION", input_
        for value in type_.values.values():
            yield f"{type_.name}.{value.name}", "ENUM_VALUE", value


LOCATIONS = {
    Kind.SCALAR: "SCALAR",
    Kind.OBJECT: "OBJECT",
    Kind.INTERFACE: "INTERFACE",
    Kind.UNION: "UNION",
    Kind.ENUM: "ENUM",
    Kind.INPUT_OBJECT: "INPUT_OBJECT",
}
"""The directive location of each kind of type (GraphQL specification, section 3.13)."""
