"""The directives by which a market says how its data is split over its members, and how their answers become one."""

from collections.abc import Sequence
from enum import StrEnum

import strawberry
from strawberry.schema_directive import Location

from subgraphs.kit.enum_descriptions import describe

_SPECIFICATION = "https://specs.tongfen.dev/partition/v0.1"


class GatherStrategy(StrEnum):
    """How what several members answer becomes one answer."""

    CONCAT = "CONCAT"
    CONNECTION = "CONNECTION"
    GROUP = "GROUP"
    FIELDS = "FIELDS"
    SUM = "SUM"
    MIN = "MIN"
    MAX = "MAX"
    ANY = "ANY"
    ALL = "ALL"
    FIRST = "FIRST"


describe(
    GatherStrategy,
    "汇总方式。How several members' answers become one.",
    CONCAT="接成一个列表。Lists become one.",
    CONNECTION="合成一个分页列表。Pages of one list.",
    GROUP="同组的行合并。Rows of one group become one.",
    FIELDS="逐个字段汇总。Objects, field by field.",
    SUM="求和。The sum.",
    MIN="最小值。The least.",
    MAX="最大值。The greatest.",
    ANY="任一为真。Whether any is true.",
    ALL="全部为真。Whether all are true.",
    FIRST="第一个非空值。The first that is not null.",
)


@strawberry.federation.input(description="次序。An order, perhaps only for one value of an argument.")
class GatherOrder:
    """An order."""

    by: str = strawberry.field(description="字段与方向。Fields and directions: publishedAt DESC, id ASC.")
    when: str | None = strawberry.field(
        default=strawberry.UNSET, description="参数取此值时。For this value of an argument."
    )


@strawberry.federation.schema_directive(
    locations=[Location.OBJECT, Location.INTERFACE],
    name="partition",
    repeatable=True,
    compose=True,
    import_url=_SPECIFICATION,
)
class Partition:
    """The partition of an entity is this key's value, or so many characters of its beginning; ``whole`` stand for all partitions."""

    key: str
    prefix: int | None = strawberry.UNSET
    whole: list[str] | None = strawberry.UNSET


@strawberry.federation.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="partitionedBy",
    repeatable=True,
    compose=True,
    import_url=_SPECIFICATION,
)
class PartitionedBy:
    """An argument names the partitions that are asked: one, several, or all where it is not given or ``whole`` has it."""

    argument: str
    prefix: int | None = strawberry.UNSET
    whole: list[str] | None = strawberry.UNSET


@strawberry.federation.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT], name="gather", compose=True, import_url=_SPECIFICATION
)
class Gather:
    """How the members' answers become one."""

    strategy: GatherStrategy
    order: list[GatherOrder] | None = strawberry.UNSET
    group: str | None = strawberry.UNSET
    limit: str | None = strawberry.UNSET
    shared_cursors: bool | None = strawberry.UNSET


def placed(key: str, *, prefix: int | None = None, whole: Sequence[str] = ()) -> Partition:
    """``@partition``: an entity lies where its key's value, or the value's beginning, says; or everywhere, for some values."""
    return Partition(
        key=key,
        prefix=strawberry.UNSET if prefix is None else prefix,
        whole=list(whole) if whole else strawberry.UNSET,
    )


def sent_by(argument: str, *, prefix: int | None = None, whole: Sequence[str] = ()) -> PartitionedBy:
    """``@partitionedBy``: an argument says which members are asked; some values stand for all of them."""
    return PartitionedBy(
        argument=argument,
        prefix=strawberry.UNSET if prefix is None else prefix,
        whole=list(whole) if whole else strawberry.UNSET,
    )


def gathered(
    strategy: GatherStrategy,
    *,
    order: str | None = None,
    group: str | None = None,
    limit: str | None = None,
    shared_cursors: bool = False,
) -> Gather:
    """``@gather``: how what several members answer becomes one. ``shared_cursors``: each understands the others' cursors."""
    return Gather(
        strategy=strategy,
        order=strawberry.UNSET if order is None else [GatherOrder(by=order)],
        group=strawberry.UNSET if group is None else group,
        limit=strawberry.UNSET if limit is None else limit,
        shared_cursors=shared_cursors or strawberry.UNSET,
    )
