"""Counters, gauges and histograms as cheap as plain Python has them, and their snapshot.

A library's counters cost some microseconds each, for locks and files that one event loop does not need; these cost a fifth of one. The
library comes in where the figures are written out.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Final, Literal, TypeVar

import msgspec

Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[str, ...]

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of a histogram's buckets, in seconds; the last bucket has none."""


class Family(msgspec.Struct, array_like=True, frozen=True):
    """All figures of one name: for each set of labels one number, or a histogram's buckets and sum."""

    name: str
    kind: Kind
    meaning: str
    labels: Labels
    rows: list[tuple[Labels, list[float]]]


Snapshot = list[Family]


class Counter:
    """What only grows."""

    __slots__ = ("_rows", "labels", "meaning", "name")
    kind: Kind = "counter"

    def __init__(self, name: str, meaning: str, labels: Labels) -> None:
        self.name, self.meaning, self.labels = name, meaning, labels
        self._rows: dict[Labels, float] = {}

    def add(self, labels: Labels = (), amount: float = 1.0) -> None:
        """Count."""
        rows = self._rows
        rows[labels] = rows.get(labels, 0.0) + amount

    def rows(self) -> list[tuple[Labels, list[float]]]:
        """What was counted."""
        return [(labels, [value]) for labels, value in self._rows.items()]


class Gauge(Counter):
    """What goes up and down."""

    __slots__ = ()
    kind: Kind = "gauge"


class Histogram:
    """How long things took."""

    __slots__ = ("_rows", "labels", "meaning", "name")
    kind: Kind = "histogram"

    def __init__(self, name: str, meaning: str, labels: Labels) -> None:
        self.name, self.meaning, self.labels = name, meaning, labels
        self._rows: dict[Labels, list[float]] = {}

    def observe(self, seconds: float, labels: Labels = ()) -> None:
        """Count one duration."""
        row = self._rows.get(labels)
        if row is None:
            row = self._rows[labels] = [0.0] * (len(BOUNDS) + 2)
        row[bisect_left(BOUNDS, seconds)] += 1.0
        row[-1] += seconds

    def rows(self) -> list[tuple[Labels, list[float]]]:
        """The buckets, each with what fell into it alone, and the sum of all durations."""
        return list(self._rows.items())


Figure = TypeVar("Figure", Counter, Gauge, Histogram)


class Watched:
    """A figure that somebody else keeps: it is read when it is asked for."""

    def __init__(
        self, name: str, kind: Kind, meaning: str, labels: Labels, read: Callable[[], Iterable[tuple[Labels, float]]]
    ) -> None:
        self.name, self.kind, self.meaning, self.labels, self._read = name, kind, meaning, labels, read

    def rows(self) -> list[tuple[Labels, list[float]]]:
        """What it is now."""
        return [(labels, [value]) for labels, value in self._read()]


class Figures:
    """All figures of one process. A name given twice is the same figure."""

    def __init__(self) -> None:
        self._families: dict[str, Counter | Histogram | Watched] = {}

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """A new counter. ``name`` is without the ``_total`` that is written behind it."""
        return self._add(Counter(name, meaning, labels))

    def gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        """A new gauge."""
        return self._add(Gauge(name, meaning, labels))

    def histogram(self, name: str, meaning: str, *labels: str) -> Histogram:
        """A new histogram of seconds."""
        return self._add(Histogram(name, meaning, labels))

    def watch(
        self,
        name: str,
        kind: Literal["counter", "gauge"],
        meaning: str,
        read: Callable[[], Iterable[tuple[Labels, float]]],
        *labels: str,
    ) -> None:
        """Read a figure from its owner whenever figures are asked for. Watching a name again replaces its owner."""
        self._families[name] = Watched(name, kind, meaning, labels, read)

    def snapshot(self) -> Snapshot:
        """Everything as it is now."""
        return [Family(f.name, f.kind, f.meaning, f.labels, f.rows()) for f in self._families.values()]

    def _add(self, figure: Figure) -> Figure:
        self._families[figure.name] = figure
        return figure


def add_up(snapshots: Iterable[Snapshot]) -> Snapshot:
    """The sum of several processes' figures."""
    families: dict[str, Family] = {}
    sums: dict[str, dict[Labels, list[float]]] = {}
    for family in (family for snapshot in snapshots for family in snapshot):
        families.setdefault(family.name, family)
        rows = sums.setdefault(family.name, {})
        for labels, numbers in family.rows:
            known = rows.get(labels)
            rows[labels] = numbers if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
    return [
        Family(f.name, f.kind, f.meaning, f.labels, sorted(sums[name].items())) for name, f in sorted(families.items())
    ]
