"""What a subgraph's directives say of its partitions: ``@partition``, ``@partitionedBy`` and ``@gather``, as frozen data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gateway.resolvers.cache.directives import Directives
from gateway.types import FieldName, SubgraphName, TypeName


class Strategy(StrEnum):
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


@dataclass(frozen=True, slots=True)
class Place:
    """A partition is named by the value of ``key``, or its first characters; ``whole`` are those that stand for all partitions."""

    key: tuple[FieldName, ...]
    prefix: int | None = None
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SortKey:
    """One step of an order: a path of fields, and whether its greatest value comes first."""

    path: tuple[FieldName, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """An order, which counts where the argument of any field has the value ``when``, or always."""

    keys: tuple[SortKey, ...]
    when: str | None = None


@dataclass(frozen=True, slots=True)
class GatherRule:
    """One ``@gather``. With ``shared_cursors`` a cursor of one member is a place in every member's list."""

    strategy: Strategy
    orders: tuple[Order, ...] = ()
    group: tuple[FieldName, ...] = ()
    limit: str | None = None
    shared_cursors: bool = False


class PartitionRules:
    """What one subgraph says, by type and by field."""

    def __init__(self, directives: Directives, subgraph: SubgraphName) -> None:
        self._directives, self._subgraph = directives, subgraph

    def place(self, type_name: TypeName) -> Place | None:
        """Where a type's entities lie; None where that cannot be told from them."""
        for said in self._of("partition", type_name):
            return read_place(said, "key")
        return None

    def ways(self, parent: TypeName, name: FieldName, returned: TypeName | None) -> tuple[Place, ...]:
        """Which arguments of a root field name the partitions that it goes to: those it says, or the key of the one entity that is looked up.

        ``returned`` is the type of that, None where the field gives a list.
        """
        said = tuple(read_place(each, "argument") for each in self._of("partitionedBy", f"{parent}.{name}"))
        own = self.place(returned) if returned is not None and not said else None
        return said or ((own,) if own is not None else ())

    def gather(self, parent: TypeName, name: FieldName, returned: TypeName) -> GatherRule | None:
        """How a field's answers become one: by its own directive, else by that of the type it returns."""
        for coordinate in (f"{parent}.{name}", returned):
            for said in self._of("gather", coordinate):
                return GatherRule(
                    Strategy(said["strategy"]),
                    tuple(read_order(each) for each in said.get("order") or ()),
                    tuple(str(said["group"]).split(".")) if said.get("group") else (),
                    said.get("limit"),
                    said.get("sharedCursors") is True,
                )
        return None

    def _of(self, name: str, coordinate: str) -> Iterator[Mapping[str, Any]]:
        return self._directives.of(name, coordinate, self._subgraph)


def read_place(said: Mapping[str, Any], name: str) -> Place:
    """``(key: "code", prefix: 4, whole: ["3300"])``."""
    whole = frozenset(map(str, said.get("whole") or ()))
    return Place(tuple(str(said.get(name, "")).split(".")), said.get("prefix"), whole)


def read_order(said: Mapping[str, Any]) -> Order:
    """``{by: "publishedAt DESC, id ASC", when: "NEWEST"}``."""
    return Order(tuple(map(read_sort_key, str(said.get("by", "")).split(","))), said.get("when"))


def read_sort_key(text: str) -> SortKey:
    """``publishedAt DESC``; without a direction the least comes first."""
    path, _, direction = text.strip().partition(" ")
    return SortKey(tuple(path.split(".")), descending=direction.strip().upper() == "DESC")
