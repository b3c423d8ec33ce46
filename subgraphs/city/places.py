"""Where the cities' data lies, and how what several cities answer becomes one: the directives that say so."""

from typing import Final

from subgraphs.kit.partitions import Gather, GatherStrategy, Partition, PartitionedBy, gathered, placed, sent_by

_DIGITS: Final = 4
"""A city's partition is named by so many digits, with which its own code, its counties' and all ids in it begin."""

_PROVINCE: Final = "3300"
"""The digits of the province, in which all cities lie."""

NEWEST_FIRST: Final = "publishedAt DESC, id ASC"


def lies_by(key: str) -> Partition:
    """``@partition`` of an entity by a key that begins with its city's digits."""
    return placed(key, prefix=_DIGITS)


def lies_by_region(key: str) -> Partition:
    """``@partition`` of what a region has, by the region's code: the province's lies in all cities."""
    return placed(key, prefix=_DIGITS, whole=[_PROVINCE])


def goes_by(argument: str) -> PartitionedBy:
    """``@partitionedBy`` of a root field by an argument that begins with a city's digits."""
    return sent_by(argument, prefix=_DIGITS)


def goes_by_region(argument: str) -> PartitionedBy:
    """``@partitionedBy`` of a root field by a region's code: the province's leads to all cities."""
    return sent_by(argument, prefix=_DIGITS, whole=[_PROVINCE])


def pages_newest_first() -> Gather:
    """``@gather`` of a connection of listings, whose cursors name a moment and an id: a place in every city's list."""
    return gathered(GatherStrategy.CONNECTION, order=NEWEST_FIRST, shared_cursors=True)


def first_newest_first() -> Gather:
    """``@gather`` of the first of a list of listings."""
    return gathered(GatherStrategy.CONCAT, order=NEWEST_FIRST, limit="first")


def by_field() -> Gather:
    """``@gather`` of statistics, those of each field in one."""
    return gathered(GatherStrategy.GROUP, group="fieldCode")


def first_known() -> Gather:
    """``@gather`` of what all cities say alike."""
    return gathered(GatherStrategy.FIRST)


def summed() -> Gather:
    """``@gather`` of a count."""
    return gathered(GatherStrategy.SUM)
