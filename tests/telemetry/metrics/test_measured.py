"""What is measured of a gateway that answers over HTTP."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from gateway.app import make_app, make_loader
from gateway.settings import Settings
from tests.app.markets import CITY, HEALTHCARE, REQUEST, SUPERGRAPH, served, settings, subgraph, url_of
from tests.cli.processes import serving

Samples = dict[tuple[str, ...], float]


async def scrape(client: ClientSession, url: str = "/metrics") -> Samples:
    """Every sample, by its name and the values of its labels in the order of their names."""
    async with client.get(url) as response:
        assert response.status == 200
        text = await response.text()
    return {
        (found.name, *(value for _, value in sorted(found.labels.items()))): found.value
        for family in text_string_to_metric_families(text)
        for found in family.samples
    }


async def post(client: ClientSession, body: Any = REQUEST, **headers: str) -> int:
    async with client.post("/graphql", json=body, headers=headers) as response:
        await response.read()
        return response.status


def app_of(made: Settings) -> Any:
    return make_app(made, make_loader(made))


async def test_requests_are_measured_from_the_client_to_the_subgraphs(tmp_path: Path) -> None:
    """By operation, outcome and status; each subgraph with its requests, its time and its connections; plans and runs."""
    async with subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        made = settings(tmp_path, urls={"city": url_of(city), "healthcare": url_of(healthcare)})
        async with served(app_of(made)) as client:
            for _ in range(3):
                assert await post(client) == 200
            await post(client, {"query": "{ nothing }"})
            await post(client, {"query": "{"})
            assert await post(client, {}, accept="application/graphql-response+json") == 400
            found = await scrape(client)
            city_port = city.port
    assert found["tongfen_http_responses_total", "200"] == 5
    assert found["tongfen_http_responses_total", "400"] == 1
    assert found["tongfen_requests_total", "Detail", "data", "200"] == 3
    assert found["tongfen_requests_total", "anonymous", "errors", "400"] == 2
    assert found["tongfen_request_seconds_count", "Detail"] == 3
    for name in ("city", "healthcare"):
        assert found["tongfen_subgraph_requests_total", "answered", name] == 3
        assert found["tongfen_subgraph_seconds_count", name] == 3
        assert found["tongfen_subgraph_requests_in_flight", name] == 0
        assert found["tongfen_subgraph_breakers_open", name] == 0
    assert found["tongfen_subgraph_connections", f"127.0.0.1:{city_port}", "open"] == 1
    assert found["tongfen_subgraph_connections", f"127.0.0.1:{city_port}", "idle"] == 1
    assert found["tongfen_operations_reused_total",] == 2
    assert found["tongfen_plain_runs_total", "first_use"] == 1
    assert found["tongfen_compiled_runs_total",] == 2
    assert found["tongfen_prepare_seconds_count",] == 1
    assert found["tongfen_supergraph_swaps_total",] == 1
    assert found["tongfen_worker_memory_bytes", "0"] > 10_000_000


async def test_members_are_measured_by_their_servers(tmp_path: Path) -> None:
    """Each server of a partitioned subgraph has its own breaker; the subgraph's own address is nobody's then."""
    members = {"3301": {"urls": ["http://127.0.0.1:1/graphql", "http://127.0.0.1:2/graphql"]}}
    own = {"city": {"members": members}}
    made = settings(tmp_path, urls={"city": "http://127.0.0.1:3/graphql"}, traffic={"subgraphs": own})
    async with served(app_of(made)) as client:
        found = await scrape(client)
    breakers = {labels[0] for name, *labels in found if name == "tongfen_subgraph_breakers_open"}
    assert breakers == {"city/3301/0", "city/3301/1", "healthcare"}


async def test_failures_are_measured_by_their_reason(tmp_path: Path) -> None:
    """A subgraph that is not there fails, and what was compiled falls back."""
    async with subgraph(CITY) as city:
        made = settings(tmp_path, urls={"city": url_of(city), "healthcare": "http://127.0.0.1:1/graphql"})
        async with served(app_of(made)) as client:
            for _ in range(2):
                await post(client)
            found = await scrape(client)
    assert found["tongfen_requests_total", "Detail", "errors", "200"] == 2
    assert found["tongfen_subgraph_requests_total", "failed", "healthcare"] == 2
    assert found["tongfen_fallbacks_total", "no_answer"] == 1


async def test_without_metrics_there_is_nothing_to_read(tmp_path: Path) -> None:
    """And nothing wraps the endpoint."""
    made = settings(tmp_path, metrics={"enabled": False})
    async with served(app_of(made)) as client, client.get("/metrics") as response:
        assert response.status == 404


async def test_the_cache_is_measured_where_there_is_one(tmp_path: Path) -> None:
    """Its store tells how full it is."""
    made = settings(tmp_path, cache={"enabled": True})
    async with served(app_of(made)) as client:
        assert (await scrape(client))["tongfen_cache_entries",] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere connections may all go to one worker")
async def test_any_worker_tells_the_sum_and_it_outlives_them(tmp_path: Path) -> None:
    """Each request is counted once, whoever answered and whoever is asked; renewed workers take nothing from the sum."""
    path = tmp_path / "supergraph.graphql"
    path.write_text(SUPERGRAPH, encoding="utf-8")
    requests = 40

    def counted(found: Samples) -> bool:
        return found.get(("tongfen_requests_total", "anonymous", "data", "200")) == requests

    with serving("--supergraph", str(path), "--port", "0", "--workers", "2") as (process, address):
        await ask_often(address, requests)
        found = await scrape_until(address, counted)
        assert found["tongfen_workers", "0.1.0"] == 2
        process.send_signal(signal.SIGHUP)
        await asyncio.to_thread(wait_renewed, process)
        after = await scrape_until(address, lambda found: found["tongfen_workers", "0.1.0"] == 2)
        assert counted(after)
        assert after["tongfen_supergraph_swaps_total",] == 4


def wait_renewed(process: Any) -> None:
    while "All workers have been renewed" not in process.stderr.readline():
        pass


async def ask_often(address: str, times: int) -> None:
    """Each time on a connection of its own, so that all workers get some."""
    for _ in range(times):
        async with ClientSession() as client, client.post(address, json={"query": "{ __typename }"}) as response:
            assert response.status == 200


async def scrape_until(address: str, condition: Any) -> Samples:
    """Other workers' figures may be a fraction of a second old."""
    while True:
        async with ClientSession() as client:
            found = await scrape(client, address.replace("/graphql", "/metrics"))
        if condition(found):
            return found
        await asyncio.sleep(0)
