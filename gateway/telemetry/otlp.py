"""Spans and figures leave by OTLP over HTTP, in threads of their own: no request waits for the collector, and none fails with it."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from gateway.telemetry.metrics.figures import BOUNDS, Family, Figures, Snapshot

PREFIX: Final = "tongfen."
SCOPE: Final = InstrumentationScope("tongfen")


@dataclass(frozen=True, slots=True)
class Collector:
    """Where spans and figures go, and who they are from. ``sample`` is the share of traces that are kept, where the client does not say."""

    endpoint: str
    headers: Mapping[str, str]
    service: str
    instance: str
    version: str
    sample: float = 1.0
    timeout: float = 10.0

    @property
    def resource(self) -> Resource:
        """Who they are from."""
        return Resource.create(
            {
                "service.name": self.service,
                "service.instance.id": self.instance,
                "service.version": self.version,
            }
        )


def make_provider(collector: Collector) -> TracerProvider:
    """A provider whose spans are sent in batches. It has a thread, and is shut down at the end."""
    provider = TracerProvider(
        resource=collector.resource, sampler=ParentBased(TraceIdRatioBased(collector.sample)), shutdown_on_exit=False
    )
    exporter = OTLPSpanExporter(
        endpoint=f"{collector.endpoint}/v1/traces", headers=dict(collector.headers), timeout=collector.timeout
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


class FigureSender:
    """Sends this worker's figures every so many seconds; the collector adds the workers up."""

    def __init__(self, figures: Figures, collector: Collector, *, seconds: float) -> None:
        self._figures, self._collector, self._seconds = figures, collector, seconds
        self._began = time.time_ns()
        self._exporter = OTLPMetricExporter(
            endpoint=f"{collector.endpoint}/v1/metrics", headers=dict(collector.headers), timeout=collector.timeout
        )

    async def keep_sending(self) -> None:
        """Send until cancelled."""
        while True:
            await asyncio.sleep(self._seconds)
            await self.send()

    async def send(self) -> None:
        """Send once."""
        data = to_metrics(self._figures.snapshot(), self._collector.resource, self._began, time.time_ns())
        await asyncio.to_thread(self._exporter.export, data)

    async def close(self) -> None:
        """Send what is left, and let go of the collector."""
        await self.send()
        await asyncio.to_thread(self._exporter.shutdown)


def to_metrics(snapshot: Snapshot, resource: Resource, began: int, now: int) -> MetricsData:
    """Figures as the exporter takes them."""
    metrics = [to_metric(family, began, now) for family in snapshot if family.rows]
    return MetricsData([ResourceMetrics(resource, [ScopeMetrics(SCOPE, metrics, "")], "")])


def to_metric(family: Family, began: int, now: int) -> Metric:
    data: Sum | Gauge | Histogram
    if family.kind == "histogram":
        data = Histogram(list(durations(family, began, now)), AggregationTemporality.CUMULATIVE)
    elif family.kind == "counter":
        data = Sum(list(numbers(family, began, now)), AggregationTemporality.CUMULATIVE, is_monotonic=True)
    else:
        data = Gauge(list(numbers(family, began, now)))
    return Metric(PREFIX + family.name, family.meaning, "s" if family.kind == "histogram" else "", data)


def numbers(family: Family, began: int, now: int) -> Iterable[NumberDataPoint]:
    for labels, (value,) in family.rows:
        yield NumberDataPoint(dict(zip(family.labels, labels, strict=True)), began, now, value)


def durations(family: Family, began: int, now: int) -> Iterable[HistogramDataPoint]:
    for labels, (*buckets, total) in family.rows:
        counts = [int(count) for count in buckets]
        attributes = dict(zip(family.labels, labels, strict=True))
        yield HistogramDataPoint(attributes, began, now, sum(counts), total, counts, BOUNDS, 0.0, 0.0)
