"""GraphQL objects that are rows: a type's plain fields read columns of the same name, its relations load other rows.

``row_type`` says of which table a type's objects are and finds them by their keys, ``one``, ``many`` and ``first`` make
fields that load related rows through the request's loaders. Types that refer to each other across files name each other
with :func:`lazy`, which looks the class up when the schema is built.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

import strawberry
from sqlalchemy.orm import InstrumentedAttribute
from strawberry.types.lazy_type import LazyType

from subgraphs.kit import enum_descriptions  # noqa: F401 - registers the enums before any type names one
from subgraphs.kit.arguments import First, page_size
from subgraphs.kit.context import Info
from subgraphs.kit.errors import ErrorCode, Refusal
from subgraphs.kit.loaders import Order

T = TypeVar("T")
Column = InstrumentedAttribute[Any]
Row = strawberry.Parent[Any]
Make = Callable[[Any], Any]

NOT_GIVEN: Final[Any] = None
"""The value of an external field that a request did not send, whatever the field's type."""


def lazy(module: str, name: str) -> Any:
    """A GraphQL type by its class's name and module, for types that refer to each other."""
    return LazyType[Any, Any](name, module)


def row_type(
    table: type[Any], *, keys: Mapping[str, Column] | None = None, is_type_of: Callable[[Any], bool] | None = None
) -> Callable[[type[T]], type[T]]:
    """Say that a type's objects are a table's rows, all or some, and that an entity is found by one of its keys.

    Keys are given by their names on the wire. The decorator stands below Strawberry's own.
    """

    def decorate(cls: type[T]) -> type[T]:
        def is_of_type(value: object, _info: object) -> bool:
            return isinstance(value, cls) or (isinstance(value, table) and (is_type_of is None or is_type_of(value)))

        cls.is_type_of = staticmethod(is_of_type)  # type: ignore[attr-defined]
        if keys:
            cls.resolve_reference = staticmethod(partial(_find, table, keys))  # type: ignore[attr-defined]
        return cls

    return decorate


async def _find(table: type[Any], keys: Mapping[str, Column], info: Info, **given: Any) -> Any:
    for name, column in keys.items():
        if (value := given.get(name)) is not None:
            return await info.context.loaders.one(table, column).load(value)
    wanted = " or ".join(f'"{name}"' for name in keys)
    raise Refusal(ErrorCode.INVALID_REPRESENTATION, f"A representation without {wanted} names no entity; send the key.")


def stub_type(cls: type[T]) -> type[T]:
    """Say that a type's objects are made of their key alone, whatever it names; their fields know what there is of it."""

    def is_of_type(value: object, _info: object) -> bool:
        return isinstance(value, cls)

    cls.is_type_of = staticmethod(is_of_type)  # type: ignore[attr-defined]
    return cls


def one(column: Column, *, by: str, of: object, description: str, optional: bool = True, **federation: Any) -> Any:
    """A field with the one row whose column equals this object's attribute ``by``."""
    value_of, entity = attrgetter(by), _entity_of(column)

    async def resolve(root: Row, info: Info) -> Any:
        value = value_of(root)
        return None if value is None else await info.context.loaders.one(entity, column).load(value)

    return _field(resolve, of | None if optional else of, description, federation)  # type: ignore[operator]


def many(
    column: Column,
    *,
    by: str,
    order: Order,
    of: object,
    description: str,
    make: Make | None = None,
    **federation: Any,
) -> Any:
    """A field with all rows whose column equals this object's attribute ``by``, in an order, or what is made of them."""
    value_of, entity = attrgetter(by), _entity_of(column)

    async def resolve(root: Row, info: Info) -> Sequence[Any]:
        rows = await info.context.loaders.many(entity, column, order).load(value_of(root))
        return rows if make is None else list(map(make, rows))

    return _field(resolve, list[of], description, federation)  # type: ignore[valid-type]


def first(
    column: Column,
    *,
    by: str,
    order: Order,
    of: object,
    description: str,
    default: int = 20,
    make: Make | None = None,
    **federation: Any,
) -> Any:
    """Like :func:`many`, but the first only: as many as the field's argument says, ``default`` where it is not given."""
    value_of, entity = attrgetter(by), _entity_of(column)

    async def resolve(root: Row, info: Info, first: First = default) -> Sequence[Any]:
        loader = info.context.loaders.first(entity, column, order, page_size(first, default=default))
        rows = await loader.load(value_of(root))
        return rows if make is None else list(map(make, rows))

    return _field(resolve, list[of], description, federation)  # type: ignore[valid-type]


def _entity_of(column: Column) -> type[Any]:
    return cast(type[Any], column.class_)  # never an alias: fields name columns of tables


def _field(resolve: Callable[..., Any], graphql_type: object, description: str, federation: dict[str, Any]) -> Any:
    return strawberry.federation.field(
        resolver=resolve, graphql_type=graphql_type, description=description, **federation
    )
