"""Read the join specification, v0.1 to v0.5: what each subgraph knows of the types."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    parse_type,
    value_from_ast_untyped,
)

from gateway.errors import SupergraphError
from gateway.schema.selection import Field, SelectionSet, parse_field_set
from gateway.schema.supergraph.features import Feature
from gateway.schema.supergraph.model import (
    ContextArgument,
    FieldView,
    Key,
    OverrideLabel,
    SubgraphView,
    Supergraph,
    TypeKind,
    TypeView,
)
from gateway.schema.supergraph.printer import print_type
from gateway.schema.supergraph.type_nodes import named_type
from gateway.types import FieldName, SubgraphName, TypeName

Arguments = dict[str, Any]

_KINDS = {
    "scalar_type_definition": TypeKind.SCALAR,
    "object_type_definition": TypeKind.OBJECT,
    "interface_type_definition": TypeKind.INTERFACE,
    "union_type_definition": TypeKind.UNION,
    "enum_type_definition": TypeKind.ENUM,
    "input_object_type_definition": TypeKind.INPUT_OBJECT,
}


def kind_of(node: TypeDefinitionNode) -> TypeKind:
    return _KINDS[node.kind]


def read_subgraphs(
    document: DocumentNode,
    definitions: Mapping[TypeName, TypeDefinitionNode],
    features: Mapping[str, Feature],
    last: Supergraph | None = None,
) -> dict[SubgraphName, SubgraphView]:
    """What each subgraph knows, sorted by subgraph.

    ``definitions`` are the types that are not the specifications' own. Views of the ``last`` supergraph are taken over where the
    type's node is the same. Raises SupergraphError where there is no join
    specification, no subgraph, or a field set that cannot be read.
    """
    if "join" not in features:
        raise SupergraphError(
            "This is not a supergraph: its schema definition links no join specification; compose the subgraphs first."
        )
    return _JoinReader(document, definitions, features, last).read()


class _JoinReader:
    """Holds what every step of one reading needs to see."""

    def __init__(
        self,
        document: DocumentNode,
        definitions: Mapping[TypeName, TypeDefinitionNode],
        features: Mapping[str, Feature],
        last: Supergraph | None,
    ) -> None:
        self.definitions = definitions
        self.join = features["join"]
        self.context = features.get("context")
        self.is_first = self.join.version == (0, 1)
        self.graphs = dict(_read_graphs(document, self.join))
        self.known = _known_views(last, self.graphs) if last is not None and last.features == features else {}
        self.known_nodes = last.definitions if last is not None else {}
        self._declared: dict[int, tuple[FieldView, list[Arguments]]] = {}

    def read(self) -> dict[SubgraphName, SubgraphView]:
        if not self.graphs:
            raise SupergraphError(
                f"The supergraph names no subgraph: the enum {self.join.type('Graph')} is missing or empty."
            )
        views: dict[str, dict[TypeName, TypeView]] = {join_name: {} for join_name in self.graphs}
        for node in self.definitions.values():
            known = self.known.get(node.name.value) if self.known_nodes.get(node.name.value) is node else None
            for join_name, view in known or self._read_type(node):
                views[join_name][view.name] = view
        found = (
            SubgraphView(name, url, join_name, self._with_runtime_types(views[join_name]))
            for join_name, (name, url) in self.graphs.items()
        )
        return {view.name: view for view in sorted(found, key=lambda view: view.name)}

    def _applied(self, node: Any, element: str) -> list[Arguments]:
        name = self.join.directive(element)
        return [_read_arguments(d) for d in node.directives or () if d.name.value == name]

    def _read_type(self, node: TypeDefinitionNode) -> Iterator[tuple[str, TypeView]]:
        applied = [a for a in self._applied(node, "type") if a.get("graph") in self.graphs]
        owner = next((a.get("graph") for a in self._applied(node, "owner")), None)
        graphs = dict.fromkeys(a["graph"] for a in applied)
        if self.is_first and (not graphs or owner is None):
            graphs = dict.fromkeys(self.graphs)
        for graph in graphs:
            own = [a for a in applied if a["graph"] == graph]
            yield graph, self._read_view(node, graph, own, owner)

    def _read_view(self, node: TypeDefinitionNode, graph: str, applied: list[Arguments], owner: str | None) -> TypeView:
        name = node.name.value
        written = [(text, a.get("resolvable") is not False) for a in applied if (text := a.get("key")) is not None]
        keys = {
            text: Key(self._field_set(text, f"a key of {name}"), (text, True) in written)
            for text in dict.fromkeys(text for text, _ in written)
        }
        return TypeView(
            name=name,
            kind=kind_of(node),
            keys=tuple(keys.values()),
            is_interface_object=any(a.get("isInterfaceObject") is True for a in applied),
            fields=self._read_fields(node, graph, tuple(keys.values()), owner),
            interfaces=self._read_interfaces(node, graph),
            members=self._read_members(node, graph),
            values=self._read_values(node, graph),
            contexts=self._read_contexts(node, graph),
        )

    def _read_interfaces(self, node: TypeDefinitionNode, graph: str) -> tuple[TypeName, ...]:
        if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            return ()
        applied = self._applied(node, "implements")
        if applied:
            return tuple(sorted({a["interface"] for a in applied if a.get("graph") == graph}))
        # Join v0.1 does not tell; a type of one subgraph without @join__implements implements nothing there.
        return tuple(sorted(i.name.value for i in node.interfaces or ())) if self.is_first else ()

    def _read_members(self, node: TypeDefinitionNode, graph: str) -> tuple[TypeName, ...]:
        if not isinstance(node, UnionTypeDefinitionNode):
            return ()
        applied = self._applied(node, "unionMember")
        if applied:
            return tuple(sorted({a["member"] for a in applied if a.get("graph") == graph}))
        return tuple(sorted(member.name.value for member in node.types or ()))

    def _read_values(self, node: TypeDefinitionNode, graph: str) -> tuple[str, ...]:
        if not isinstance(node, EnumTypeDefinitionNode):
            return ()
        values = node.values or ()
        return tuple(
            value.name.value
            for value in values
            if not (applied := self._applied(value, "enumValue")) or any(a.get("graph") == graph for a in applied)
        )

    def _read_contexts(self, node: TypeDefinitionNode, graph: str) -> tuple[str, ...]:
        """The contexts that this subgraph sets on the type: their names start with the subgraph's (context specification)."""
        if self.context is None:
            return ()
        names = (graph, graph.lower(), self.graphs[graph][0])
        directive = self.context.directive("context")
        found = (_read_arguments(d).get("name") for d in node.directives or () if d.name.value == directive)
        return tuple(sorted({c for c in found if c is not None and c.rpartition("__")[0] in names}))

    def _read_fields(
        self, node: TypeDefinitionNode, graph: str, keys: tuple[Key, ...], owner: str | None
    ) -> dict[FieldName, FieldView]:
        if not isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode):
            return {}
        in_keys = {s.name for key in keys for s in key.selections if isinstance(s, Field)}
        fields: dict[FieldName, FieldView] = {}
        for field in node.fields or ():
            view = self._read_field(node.name.value, field, graph, owner)
            if view is None and self.is_first and field.name.value in in_keys:
                view = FieldView(field.name.value, print_type(field.type), named_type(field.type))
            if view is not None:
                fields[view.name] = view
        return fields

    def _read_field(
        self, type_name: TypeName, node: FieldDefinitionNode | InputValueDefinitionNode, graph: str, owner: str | None
    ) -> FieldView | None:
        plain, applied = self._declaration(node)
        if not applied:
            return plain if owner is None or owner == graph else None
        if self.is_first and not any(a.get("graph") for a in applied):
            return plain if owner is None or owner == graph else None
        mine = next((a for a in applied if a.get("graph") == graph), None)
        return self._read_join_field(f"{type_name}.{plain.name}", plain, mine) if mine is not None else None

    def _declaration(self, node: FieldDefinitionNode | InputValueDefinitionNode) -> tuple[FieldView, list[Arguments]]:
        """A field as it is declared and what the join says of it: the same for every subgraph, so it is read once."""
        found = self._declared.get(id(node))
        if found is None:
            plain = FieldView(node.name.value, print_type(node.type), named_type(node.type))
            found = self._declared[id(node)] = (plain, self._applied(node, "field"))
        return found

    def _read_join_field(self, coordinate: str, plain: FieldView, applied: Arguments) -> FieldView:
        type_text = applied.get("type") or plain.type
        label = applied.get("overrideLabel")
        return FieldView(
            name=plain.name,
            type=type_text,
            type_name=named_type(parse_type(type_text, no_location=True)),
            is_external=applied.get("external") is True or (applied.get("usedOverridden") is True and label is None),
            requires=self._field_set(applied.get("requires") or "", f"@requires of {coordinate}"),
            provides=self._field_set(applied.get("provides") or "", f"@provides of {coordinate}"),
            label=OverrideLabel(label, applied.get("override") is not None) if label else None,
            contexts=tuple(
                ContextArgument(
                    name=c["name"],
                    type=c["type"],
                    context=c["context"],
                    selections=self._field_set(c["selection"], f"@fromContext of {coordinate}"),
                )
                for c in applied.get("contextArguments") or ()
            ),
        )

    def _field_set(self, text: str, where: str) -> SelectionSet:
        try:
            return parse_field_set(text) if text.strip() else ()
        except GraphQLError as error:
            raise SupergraphError(f"The field set {text!r} of {where} cannot be read: {error.message}") from error

    def _with_runtime_types(self, views: dict[TypeName, TypeView]) -> dict[TypeName, TypeView]:
        found = ((view, self._runtime_types(view, views)) for view in views.values())
        return {v.name: v if v.runtime_types == types else replace(v, runtime_types=types) for v, types in found}

    def _runtime_types(self, view: TypeView, views: Mapping[TypeName, TypeView]) -> tuple[TypeName, ...]:
        if view.is_interface_object:
            return ()
        if view.kind is TypeKind.OBJECT:
            return (view.name,)
        if view.kind is TypeKind.UNION:
            return tuple(member for member in view.members if member in views)
        if view.kind is TypeKind.INTERFACE:
            found = (t.name for t in views.values() if t.kind is TypeKind.OBJECT and view.name in t.interfaces)
            return tuple(sorted(found))
        return ()


def _known_views(
    last: Supergraph, graphs: Mapping[str, tuple[SubgraphName, str]]
) -> dict[TypeName, list[tuple[str, TypeView]]]:
    """By type, what the last supergraph's subgraphs knew; nothing where one of their names in the join means another subgraph now."""
    found: dict[TypeName, list[tuple[str, TypeView]]] = {}
    for subgraph in last.subgraphs.values():
        if graphs.get(subgraph.join_name, (subgraph.name,))[0] != subgraph.name:
            return {}
        for view in subgraph.types.values():
            found.setdefault(view.name, []).append((subgraph.join_name, view))
    return found


def _read_graphs(document: DocumentNode, join: Feature) -> Iterator[tuple[str, tuple[SubgraphName, str]]]:
    name = join.type("Graph")
    for definition in document.definitions:
        if isinstance(definition, EnumTypeDefinitionNode) and definition.name.value == name:
            for value in definition.values or ():
                applied = (d for d in value.directives or () if d.name.value == join.directive("graph"))
                arguments = next((_read_arguments(d) for d in applied), {})
                yield value.name.value, (arguments.get("name", value.name.value), arguments.get("url") or "")


def _read_arguments(node: DirectiveNode) -> Arguments:
    return {a.name.value: value_from_ast_untyped(a.value) for a in node.arguments or ()}
