"""The directives that subgraphs put on their schemas beside Federation's own: ``@cacheControl``, and ``@listSize`` in short."""

from enum import StrEnum

import strawberry
from strawberry.federation.schema_directives import Key, ListSize, Override
from strawberry.federation.types import FieldSet
from strawberry.schema_directive import Location

from subgraphs.kit.enum_descriptions import describe


class CacheControlScope(StrEnum):
    """Who may share a cached answer."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


describe(
    CacheControlScope,
    "缓存范围。Who may share a cached answer.",
    PUBLIC="所有人。Everyone.",
    PRIVATE="仅提问者本人。Only the one who asked.",
)


@strawberry.federation.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.INTERFACE, Location.UNION],
    name="cacheControl",
    compose=True,
    import_url="https://tongfen.example/cache/v0.1",
)
class CacheControl:
    """How long, in seconds, and for whom an answer may be kept."""

    max_age: int | None = strawberry.UNSET
    scope: CacheControlScope | None = strawberry.UNSET
    inherit_max_age: bool | None = strawberry.UNSET


@strawberry.federation.schema_directive(locations=[Location.FIELD_DEFINITION], name="invalidates", repeatable=True)
class Invalidates:
    """Which answers that were kept are no longer right after a change: those with objects of these types."""

    types: list[str] | None = strawberry.UNSET


def changes(*types: str) -> Invalidates:
    """``@invalidates`` for a change after which lists of these types may be other ones."""
    return Invalidates(types=list(types))


def cached(seconds: int, *, private: bool = False) -> CacheControl:
    """``@cacheControl`` for an answer that stays right for some seconds, perhaps only for the one who asked."""
    return CacheControl(max_age=seconds, scope=CacheControlScope.PRIVATE if private else strawberry.UNSET)


def cached_with_parent() -> CacheControl:
    """``@cacheControl`` for what stays right as long as what it is a part of."""
    return CacheControl(inherit_max_age=True)


def sized(assumed: int) -> ListSize:
    """``@listSize`` for a list that is about so long."""
    return _list_size(assumed_size=assumed)


def sliced(*arguments: str) -> ListSize:
    """``@listSize`` for a list that is as long as one of these arguments says."""
    return _list_size(slicing_arguments=list(arguments))


def stub_key(fields: str) -> Key:
    """``@key`` of a type that is only named here and cannot be resolved."""
    return Key(fields=FieldSet(fields), resolvable=False)


def taken_over(owner: str, *, label: str | None = None) -> Override:
    """``@override`` of a field that another subgraph had, for all requests or for those that a label names."""
    return Override(override_from=owner, label=strawberry.UNSET if label is None else label)


def _list_size(*, assumed_size: int | None = None, slicing_arguments: list[str] | None = None) -> ListSize:
    return ListSize(
        assumed_size=strawberry.UNSET if assumed_size is None else assumed_size,
        slicing_arguments=strawberry.UNSET if slicing_arguments is None else slicing_arguments,
        sized_fields=strawberry.UNSET,
        require_one_slicing_argument=strawberry.UNSET,
    )
