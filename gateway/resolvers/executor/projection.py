"""What a response looks like: the client's operation on the public schema, made ready for one setting of its conditions.

A ``Projection`` is made once for every combination of values that the variables of ``@skip`` and ``@include`` take, so that nothing is left
to decide per object but its type. The fields of each type are worked out when the first object of that type comes by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    is_abstract_type,
)

from gateway.resolvers.executor.guards import hold
from gateway.resolvers.executor.leaves import LeafReader, leaf_reader
from gateway.schema.selection import Field, SelectionSet
from gateway.types import FieldName, ResponseKey, TypeName

INTROSPECTION = ("__schema", "__type")


@dataclass(frozen=True, slots=True)
class Shape:
    """One level of a field's type: a list of ``item``, or a leaf, or an object at ``position``."""

    is_non_null: bool
    item: "Shape | None" = None
    leaf: LeafReader | None = None
    position: "Position | None" = None


@dataclass(frozen=True, slots=True)
class ProjectedField:
    """One entry of an object in the response. Without a shape it is ``__typename``, or introspection if ``selections`` are there.

    A forbidden one is null, whatever value there is.
    """

    key: ResponseKey
    coordinate: str
    shape: Shape | None
    selections: SelectionSet = ()
    is_forbidden: bool = False


class Position:
    """A selection set of the operation, all selections of one response key together."""

    def __init__(
        self,
        schema: GraphQLSchema,
        type_name: TypeName,
        selections: SelectionSet,
        variables: Mapping[str, Any],
        forbidden: frozenset[tuple[TypeName, FieldName]] = frozenset(),
    ) -> None:
        """``forbidden`` are fields of object types whose values nobody may see here."""
        self.type_name = type_name
        self.is_abstract = is_abstract_type(schema.type_map[type_name])
        self._schema = schema
        self._selections = selections
        self._variables = variables
        self._forbidden = forbidden
        self._fields: dict[TypeName | None, tuple[ProjectedField, ...]] = {}

    def fields_of(self, type_name: TypeName | None) -> tuple[ProjectedField, ...] | None:
        """What to answer for an object of this type, in order; None where clients know no such object type.

        Without a name, what can be answered for any object here; None where that depends on its type.
        """
        if type_name in self._fields:
            return self._fields[type_name]
        found = self._schema.type_map.get(type_name or self.type_name)
        if isinstance(found, GraphQLObjectType):
            self._fields[type_name] = self._project(found)
        elif type_name is None and isinstance(found, GraphQLInterfaceType) and self._is_alike(self._selections, found):
            self._fields[None] = self._project(found)
        return self._fields.get(type_name)

    def declared_type(self, coordinate: str) -> GraphQLOutputType:
        """The public type of ``Type.field``."""
        type_name, _, field_name = coordinate.partition(".")
        declared: Any = self._schema.type_map[type_name]
        found: GraphQLOutputType = declared.fields[field_name].type
        return found

    def _is_alike(self, selections: SelectionSet, interface: GraphQLInterfaceType) -> bool:
        """Whether these selections, as far as they count now, are the same for every type that implements ``interface``."""
        for selection in selections:
            if not hold(selection.guards, self._variables):
                continue
            if isinstance(selection, Field):
                if selection.name == "__typename" or self._forbidden:
                    return False
            elif not self._applies(selection.type_condition, interface) or not self._is_alike(
                selection.selections, interface
            ):
                return False
        return True

    def _project(self, runtime_type: GraphQLObjectType | GraphQLInterfaceType) -> tuple[ProjectedField, ...]:
        """GraphQL specification, section 6.3.2, CollectFields: each response key where it comes first."""
        grouped: dict[ResponseKey, list[Field]] = {}
        for field in self._collect(self._selections, runtime_type):
            grouped.setdefault(field.response_key, []).append(field)
        return tuple(self._project_field(key, fields, runtime_type) for key, fields in grouped.items())

    def _collect(
        self, selections: SelectionSet, runtime_type: GraphQLObjectType | GraphQLInterfaceType
    ) -> Iterator[Field]:
        for selection in selections:
            if not hold(selection.guards, self._variables):
                continue
            if isinstance(selection, Field):
                yield selection
            elif self._applies(selection.type_condition, runtime_type):
                yield from self._collect(selection.selections, runtime_type)

    def _applies(self, condition: TypeName | None, runtime_type: GraphQLObjectType | GraphQLInterfaceType) -> bool:
        if condition is None or condition == runtime_type.name:
            return True
        declared = self._schema.type_map.get(condition)
        return is_abstract_type(declared) and self._schema.is_sub_type(declared, runtime_type)

    def _project_field(
        self, key: ResponseKey, fields: list[Field], runtime_type: GraphQLObjectType | GraphQLInterfaceType
    ) -> ProjectedField:
        name = fields[0].name
        coordinate = f"{runtime_type.name}.{name}"
        if name == "__typename":
            return ProjectedField(key, coordinate, None)
        if name in INTROSPECTION:
            return ProjectedField(key, coordinate, None, tuple(fields))
        selections = tuple(selection for field in fields for selection in field.selections)
        shape = self._shape(runtime_type.fields[name].type, selections)
        return ProjectedField(key, coordinate, shape, is_forbidden=(runtime_type.name, name) in self._forbidden)

    def _shape(self, declared: GraphQLOutputType, selections: SelectionSet) -> Shape:
        is_non_null = isinstance(declared, GraphQLNonNull)
        nullable: Any = declared.of_type if isinstance(declared, GraphQLNonNull) else declared
        if isinstance(nullable, GraphQLList):
            return Shape(is_non_null, item=self._shape(nullable.of_type, selections))
        if isinstance(nullable, GraphQLScalarType | GraphQLEnumType):
            return Shape(is_non_null, leaf=leaf_reader(nullable))
        return Shape(
            is_non_null, position=Position(self._schema, nullable.name, selections, self._variables, self._forbidden)
        )
