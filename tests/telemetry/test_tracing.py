"""Traces and figures arrive at a collector, over HTTP."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gateway.app import make_app, make_loader
from gateway.errors import SettingsError
from gateway.settings import Settings
from tests.app.markets import CITY, HEALTHCARE, REQUEST, served, settings, subgraph, url_of

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"


@dataclass
class Span:
    """A span as it arrived."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool
    events: list[str]


@dataclass
class Collector:
    """What arrived, and with which headers."""

    spans: list[Span] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)
    resources: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    text: bytes = b""
    url: str = ""

    async def take_traces(self, request: web.Request) -> web.Response:
        body = await self._take(request)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resources.append(read_attributes(resource.resource.attributes))
            self.spans += [read_span(span) for scope in resource.scope_spans for span in scope.spans]
        return web.Response()

    async def take_metrics(self, request: web.Request) -> web.Response:
        body = await self._take(request)
        for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
            for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                self.figures[metric.name] = read_number(metric)
        return web.Response()

    async def _take(self, request: web.Request) -> bytes:
        self.tokens.add(request.headers.get("authorization", ""))
        body = await request.read()
        self.text += body
        return body

    def named(self, name: str) -> Span:
        (span,) = [span for span in self.spans if span.name == name]
        return span


def read_attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}


def read_span(span: Any) -> Span:
    return Span(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        read_attributes(span.attributes),
        span.status.code == span.status.STATUS_CODE_ERROR,
        [event.name for event in span.events],
    )


def read_number(metric: Any) -> float:
    points = getattr(metric, metric.WhichOneof("data")).data_points
    return float(sum(point.count if metric.HasField("histogram") else point.as_double for point in points))


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector, application = Collector(), web.Application()
    application.router.add_post("/v1/traces", collector.take_traces)
    application.router.add_post("/v1/metrics", collector.take_metrics)
    async with TestServer(application) as server:
        collector.url = str(server.make_url("")).rstrip("/")
        yield collector


def traced(folder: Path, collector: Collector, urls: dict[str, str], **more: Any) -> Settings:
    made = {"endpoint": collector.url, "headers": {"authorization": "Bearer collector"}, **more}
    return settings(folder, urls=urls, opentelemetry=made)


async def run_twice(made: Settings, **headers: str) -> None:
    async with served(make_app(made, make_loader(made))) as client:
        for _ in range(2):
            async with client.post("/graphql", json=REQUEST, headers=headers) as response:
                assert response.status == 200
                await response.read()


async def test_a_trace_goes_from_the_client_to_the_subgraphs(tmp_path: Path) -> None:
    """The client's trace is taken up, each planning and each fetch is a span in it, and subgraphs are told of theirs."""
    heard: list[Any] = []
    headers = {"traceparent": f"00-{TRACE}-{SPAN}-01", "tracestate": "market=1"}
    async with (
        collecting() as collector,
        subgraph(CITY, heard=heard) as city,
        subgraph(HEALTHCARE, heard=heard) as healthcare,
    ):
        made = traced(tmp_path, collector, {"city": url_of(city), "healthcare": url_of(healthcare)})
        async with (
            served(make_app(made, make_loader(made))) as client,
            client.post("/graphql", json=REQUEST, headers=headers) as response,
        ):
            assert response.status == 200
    root, fetches = collector.named("graphql Detail"), [span for span in collector.spans if span.name[:5] == "fetch"]
    assert (root.trace, root.parent) == (TRACE, SPAN)
    assert root.attributes["http.response.status_code"] == 200
    assert root.attributes["graphql.operation.name"] == "Detail"
    assert collector.named("plan").parent == root.id
    assert sorted(span.attributes["tongfen.subgraph"] for span in fetches) == ["city", "healthcare"]
    assert {span.parent for span in fetches} == {root.id}
    assert sorted(each["traceparent"] for each in heard) == sorted(f"00-{TRACE}-{span.id}-01" for span in fetches)
    assert {each["tracestate"] for each in heard} == {"market=1"}
    assert collector.resources[0]["service.name"] == "tongfen"
    assert collector.tokens == {"Bearer collector"}


async def test_failures_are_seen_in_the_trace(tmp_path: Path) -> None:
    """The fetch that failed by its code, and the compiled operation that fell back."""
    async with collecting() as collector, subgraph(CITY) as city:
        urls = {"city": url_of(city), "healthcare": "http://127.0.0.1:1/graphql"}
        await run_twice(traced(tmp_path, collector, urls))
    failed = [span for span in collector.spans if span.name == "fetch healthcare"]
    assert [span.failed for span in failed] == [True, True]
    assert {span.attributes["error.type"] for span in failed} == {"SUBREQUEST_HTTP_ERROR"}
    roots = [span for span in collector.spans if span.name == "graphql Detail"]
    assert [span.events for span in roots] == [[], ["fallback"]]
    assert all(span.attributes["tongfen.has_errors"] for span in roots)


async def test_nothing_personal_is_in_a_trace(tmp_path: Path) -> None:
    """Neither variables nor values nor tokens."""
    async with collecting() as collector, subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        made = traced(tmp_path, collector, {"city": url_of(city), "healthcare": url_of(healthcare)})
        await run_twice(made, authorization="Bearer of-the-client")
    assert collector.spans
    for secret in (REQUEST["variables"]["id"], "人工耳蜗", "hearing loss", "of-the-client"):  # type: ignore[index]
        assert secret.encode() not in collector.text


async def test_figures_are_sent_too(tmp_path: Path) -> None:
    """The last ones when the gateway ends."""
    async with collecting() as collector, subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        await run_twice(traced(tmp_path, collector, {"city": url_of(city), "healthcare": url_of(healthcare)}))
    assert collector.figures["tongfen.requests"] == 2
    assert collector.figures["tongfen.request_seconds"] == 2
    assert collector.figures["tongfen.subgraph_requests"] == 4
    assert collector.figures["tongfen.workers"] == 1


async def test_what_is_not_sampled_is_not_sent(tmp_path: Path) -> None:
    """Unless the client says that it shall be."""
    async with collecting() as collector, subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        urls = {"city": url_of(city), "healthcare": url_of(healthcare)}
        made = traced(tmp_path, collector, urls, sample=0)
        await run_twice(made)
        assert collector.spans == []
        await run_twice(made, traceparent=f"00-{TRACE}-{SPAN}-01")
        assert {span.trace for span in collector.spans} == {TRACE}


async def test_a_collector_that_is_down_harms_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Requests are answered, and the gateway ends."""
    caplog.set_level(logging.CRITICAL, "opentelemetry")
    async with subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        nobody = Collector(url="http://127.0.0.1:1")
        urls = {"city": url_of(city), "healthcare": url_of(healthcare)}
        await asyncio.wait_for(run_twice(traced(tmp_path, nobody, urls, timeout="200ms")), 30)


def test_without_the_extra_the_start_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key's name, and what to install."""
    for name in ("gateway.app.opentelemetry", "gateway.telemetry.otlp", "gateway.telemetry.tracing"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    made = traced(tmp_path, Collector(url="http://127.0.0.1:1"), {})
    with pytest.raises(SettingsError, match=r"^opentelemetry\.endpoint: the extra otel is not installed"):
        make_app(made, make_loader(made))
