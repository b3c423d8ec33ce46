"""Turn a parsed document into a subgraph's types: definitions and extensions of a type become one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
)

from gateway.errors import CompositionError
from gateway.schema.codes import ErrorCode
from gateway.schema.subgraph.links import schema_nodes
from gateway.schema.subgraph.model import (
    Applied,
    EnumValue,
    Field,
    InputValue,
    Kind,
    TypeDefinition,
)
from gateway.schema.subgraph.report import subgraph_error
from gateway.types import OperationKind, SubgraphName, TypeName

_KINDS: Final = {
    "scalar_type": Kind.SCALAR,
    "object_type": Kind.OBJECT,
    "interface_type": Kind.INTERFACE,
    "union_type": Kind.UNION,
    "enum_type": Kind.ENUM,
    "input_object_type": Kind.INPUT_OBJECT,
}
DEFAULT_ROOTS: Final = {
    OperationKind.QUERY: "Query",
    OperationKind.MUTATION: "Mutation",
    OperationKind.SUBSCRIPTION: "Subscription",
}


def defined_directives(document: DocumentNode) -> list[str]:
    """The names of the directives that the author defined."""
    return [node.name.value for node in document.definitions if isinstance(node, DirectiveDefinitionNode)]


class DocumentReader:
    """Reads one document; ``errors`` holds what breaks GraphQL's rules on the way (doubled names)."""

    def __init__(self, document: DocumentNode, subgraph: SubgraphName, spec_names: Mapping[str, str]) -> None:
        self.document = document
        self.subgraph = subgraph
        self.spec_names = spec_names
        self.errors: list[CompositionError] = []
        self.block = 0
        self.in_extension = False
        self.roots = self._read_roots()
        self.renames = self._find_renames()

    def fail(self, message: str, coordinate: str, *nodes: Node) -> None:
        """Note a breach of GraphQL's own rules."""
        self.errors.append(
            subgraph_error(ErrorCode.INVALID_GRAPHQL, self.subgraph, message, coordinate=coordinate, nodes=nodes)
        )

    def _read_roots(self) -> dict[OperationKind, TypeName]:
        roots: dict[OperationKind, TypeName] = {}
        has_schema = False
        for node in schema_nodes(self.document):
            has_schema = has_schema or node.kind == "schema_definition"
            for operation in node.operation_types or ():
                kind = OperationKind(operation.operation.value)
                if kind in roots:
                    self.fail(f"The schema has two {kind.value} root types; keep one.", "", operation)
                roots[kind] = operation.type.name.value
        if not has_schema:
            names = {n.name.value for n in self._type_nodes() if n.kind.startswith(("object_type", "interface_type"))}
            for kind, name in DEFAULT_ROOTS.items():
                if kind not in roots and name in names:
                    roots[kind] = name
        return roots

    def _find_renames(self) -> dict[TypeName, TypeName]:
        """Root types get their default names, which nothing else may have (federation specification, "Root types")."""
        names = {node.name.value: node for node in self._type_nodes()}
        renames: dict[TypeName, TypeName] = {}
        for kind, name in self.roots.items():
            default = DEFAULT_ROOTS[kind]
            if name == default or name not in names:
                continue
            if default in names:
                message = (
                    f"The {kind.value} root type is {name}, so no other type can be called {default}: rename that type."
                )
                code = ErrorCode[f"ROOT_{kind.name}_USED"]
                nodes = [names[default]]
                self.errors.append(
                    subgraph_error(code, self.subgraph, message, coordinate=default, nodes=nodes, mend=code.mend)
                )
            else:
                renames[name] = default
        return renames

    def _type_nodes(self) -> Iterator[TypeDefinitionNode | TypeExtensionNode]:
        for node in self.document.definitions:
            if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
                yield node

    def read_types(self) -> dict[TypeName, TypeDefinition]:
        """Every type the author wrote, by name, sorted."""
        groups: dict[TypeName, list[TypeDefinitionNode | TypeExtensionNode]] = {}
        for node in self._type_nodes():
            name = self.renames.get(node.name.value, node.name.value)
            groups.setdefault(name, []).append(node)
        return {name: self._read_type(name, groups[name]) for name in sorted(groups)}

    def read_definitions(self) -> dict[str, DirectiveDefinitionNode]:
        """Every directive the author defined."""
        found: dict[str, DirectiveDefinitionNode] = {}
        for node in self.document.definitions:
            if isinstance(node, DirectiveDefinitionNode):
                name = node.name.value
                if name in found:
                    self.fail(f"The directive @{name} is defined more than once.", f"@{name}", found[name], node)
                found[name] = node
            elif isinstance(node, OperationDefinitionNode) or node.kind == "fragment_definition":
                self.fail("A subgraph's SDL holds definitions only; this is an operation or a fragment.", "", node)
        return found

    def _read_type(self, name: TypeName, nodes: list[Any]) -> TypeDefinition:
        definitions = [n for n in nodes if isinstance(n, TypeDefinitionNode)]
        if len(definitions) > 1:
            self.fail(f"The type {name} is defined more than once; use extend, or rename one.", name, *definitions)
        kinds = {_kind_of(node): node for node in nodes}
        if len(kinds) > 1:
            written = " and ".join(sorted(kind.value for kind in kinds))
            self.fail(f"The type {name} is declared as {written}; a type has one kind.", name, *kinds.values())
        kind = _kind_of((definitions or nodes)[0])
        parts = _Parts()
        for node in nodes:
            self.block += 1
            self.in_extension = not isinstance(node, TypeDefinitionNode)
            if _kind_of(node) is kind:
                self._read_block(name, kind, node, parts)
        return TypeDefinition(
            name=name,
            kind=kind,
            description=next((d for n in nodes if (d := _description(n)) is not None), None),
            directives=tuple(parts.directives),
            fields=parts.fields,
            inputs=parts.inputs,
            values=parts.values,
            interfaces=tuple(parts.interfaces),
            members=tuple(parts.members),
            nodes=tuple(nodes),
            has_definition=bool(definitions),
        )

    def _read_block(self, name: TypeName, kind: Kind, node: Any, parts: "_Parts") -> None:
        parts.directives += self.read_directives(node.directives)
        for interface in getattr(node, "interfaces", None) or ():
            self._add(
                parts.interfaces, interface.name.value, f"{name} implements {interface.name.value} twice.", name, node
            )
        for member in getattr(node, "types", None) or ():
            member_name = self.renames.get(member.name.value, member.name.value)
            self._add(parts.members, member_name, f"Union {name} has the member {member_name} twice.", name, node)
        for child in getattr(node, "values", None) or ():
            value = EnumValue(
                child.name.value, tuple(self.read_directives(child.directives)), _description(child), child
            )
            parts.values.setdefault(value.name, value)  # Said twice, a value is still one value; other composers agree.
        for child in getattr(node, "fields", None) or ():
            if kind is Kind.INPUT_OBJECT:
                self._put(parts.inputs, child.name.value, self.read_input(child), name)
            else:
                self._put(parts.fields, child.name.value, self._read_field(name, child), name)

    def _add(self, names: list[str], name: str, message: str, coordinate: str, node: Node) -> None:
        if name in names:
            self.fail(message, coordinate, node)
        else:
            names.append(name)

    def _put(self, target: dict[str, Any], name: str, value: Any, parent: TypeName) -> None:
        if name in target:
            self.fail(f"{parent}.{name} is declared more than once.", f"{parent}.{name}", target[name].node, value.node)
        target[name] = value

    def _read_field(self, parent: TypeName, node: Any) -> Field:
        arguments: dict[str, InputValue] = {}
        for argument in node.arguments or ():
            value = self.read_input(argument)
            if value.name in arguments:
                self.fail(f"{parent}.{node.name.value} declares its argument {value.name} twice.", parent, argument)
            arguments[value.name] = value
        return Field(
            name=node.name.value,
            parent=parent,
            type=self.type_text(node.type),
            base=self._base(node.type),
            arguments=arguments,
            directives=tuple(self.read_directives(node.directives)),
            description=_description(node),
            node=node,
            block=self.block,
        )

    def read_input(self, node: Any) -> InputValue:
        """An argument or an input field."""
        return InputValue(
            name=node.name.value,
            type=self.type_text(node.type),
            base=self._base(node.type),
            default=node.default_value,
            directives=tuple(self.read_directives(node.directives)),
            description=_description(node),
            node=node,
        )

    def read_directives(self, nodes: Iterable[ConstDirectiveNode] | None) -> Iterator[Applied]:
        """Applied directives under their standard names."""
        for node in nodes or ():
            name = node.name.value
            arguments = {a.name.value: a.value for a in node.arguments or ()}
            yield Applied(name, self.spec_names.get(name), arguments, node, self.in_extension, self.block)

    def type_text(self, node: TypeNode) -> str:
        """A type as text, with root types under their default names."""
        return _type_text(node, lambda name: self.renames.get(name, name))

    def _base(self, node: TypeNode) -> TypeName:
        name = _base_name(node)
        return self.renames.get(name, name)


class _Parts:
    """What the blocks of one type add up to."""

    def __init__(self) -> None:
        self.directives: list[Applied] = []
        self.fields: dict[str, Field] = {}
        self.inputs: dict[str, InputValue] = {}
        self.values: dict[str, EnumValue] = {}
        self.interfaces: list[str] = []
        self.members: list[str] = []


def _kind_of(node: Any) -> Kind:
    return _KINDS[node.kind.rpartition("_")[0]]


def _description(node: Any) -> str | None:
    return node.description.value if getattr(node, "description", None) else None


def _type_text(node: TypeNode, rename: Callable[[str], str]) -> str:
    """Written without recursion: types may be nested as deep as their author likes."""
    prefix, suffix = "", ""
    while not isinstance(node, NamedTypeNode):
        if isinstance(node, NonNullTypeNode):
            suffix = f"!{suffix}"
            node = node.type
        elif isinstance(node, ListTypeNode):
            prefix, suffix = f"{prefix}[", f"]{suffix}"
            node = node.type
    return f"{prefix}{rename(node.name.value)}{suffix}"


def _base_name(node: TypeNode) -> TypeName:
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]  # only lists and non-nulls are left, and both wrap a type
    return node.name.value
