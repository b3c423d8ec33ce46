"""Figures in the text forms that Prometheus reads."""

from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from gateway.telemetry.metrics.figures import BOUNDS, Family, Snapshot

PREFIX: Final = "tongfen_"


def print_figures(snapshot: Snapshot, accept: str) -> tuple[bytes, str]:
    """The text, in the form that an Accept header asks for, and its content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collected(snapshot))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Collected(Collector):
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        return map(to_metric, self._snapshot)


def to_metric(family: Family) -> Metric:
    """A family as the library has it."""
    name = PREFIX + family.name
    if family.kind == "histogram":
        return to_histogram(name, family)
    kind = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    metric = kind(name, family.meaning, labels=family.labels)
    for labels, (value,) in family.rows:
        metric.add_metric(labels, value)
    return metric


def to_histogram(name: str, family: Family) -> HistogramMetricFamily:
    metric = HistogramMetricFamily(name, family.meaning, labels=family.labels)
    bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
    for labels, (*buckets, total) in family.rows:
        metric.add_metric(labels, list(zip(bounds, accumulate(buckets), strict=True)), total)
    return metric
