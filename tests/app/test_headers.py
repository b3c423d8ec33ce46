"""Headers on their way through the gateway, over real HTTP: the client's to subgraphs, and subgraphs' back to the client."""

from pathlib import Path
from typing import Any

import pytest

from gateway.app import make_app, make_loader
from tests.app.markets import CITY, HEALTHCARE, REQUEST, served, settings, subgraph, url_of

CLIENT = {"Authorization": "Bearer t", "X-Market-City": "3301", "X-Market-Internal-Key": "k", "Cookie": "c"}


@pytest.mark.parametrize(
    ("rules", "sent"),
    [
        ([], {}),
        (["authorization", "x-none"], {"authorization": "Bearer t"}),
        ([{"named": "authorization", "rename": "x-user"}], {"x-user": "Bearer t"}),
        ([{"named": "x-none", "default": "d"}, {"named": "cookie", "default": "d"}], {"x-none": "d", "cookie": "c"}),
        (
            [{"matching": "X-Market-.*"}, {"remove": ".*-internal-.*"}, {"set": "x-gateway", "value": "tongfen"}],
            {"x-market-city": "3301", "x-gateway": "tongfen"},
        ),
        ([{"set": "cookie", "value": "ours"}, {"remove": "cook"}], {"cookie": "ours"}),
    ],
)
async def test_subgraphs_get_what_the_rules_say(rules: list[Any], sent: dict[str, str], tmp_path: Path) -> None:
    """Rules are applied one after the other; what no rule passes on stays with the gateway."""
    heard: list[dict[str, str]] = []
    async with subgraph(CITY, heard=heard) as city, subgraph(HEALTHCARE) as healthcare:
        traffic = {"headers": rules, "subgraphs": {"healthcare": {"headers": []}}}
        made = settings(tmp_path, urls={"city": url_of(city), "healthcare": url_of(healthcare)}, traffic=traffic)
        async with (
            served(make_app(made, make_loader(made))) as client,
            client.post("/graphql", json=REQUEST, headers=CLIENT) as answer,
        ):
            assert answer.status == 200
    (headers,) = heard
    custom = {
        name: value for name, value in headers.items() if name.startswith("x-") or name in ("authorization", "cookie")
    }
    assert custom == sent


async def test_what_speaks_of_the_clients_connection_is_never_passed_on(tmp_path: Path) -> None:
    """Not even by a pattern for everything: the gateway speaks for itself there."""
    heard: list[dict[str, str]] = []
    async with subgraph(CITY, heard=heard) as city, subgraph(HEALTHCARE) as healthcare:
        urls = {"city": url_of(city), "healthcare": url_of(healthcare)}
        made = settings(tmp_path, urls=urls, traffic={"headers": [{"matching": ".*"}]})
        own = {**CLIENT, "Accept": "application/json", "Accept-Encoding": "br", "Connection": "x-hop", "TE": "gzip"}
        async with (
            served(make_app(made, make_loader(made))) as client,
            client.post("/graphql", json=REQUEST, headers=own) as answer,
        ):
            assert answer.status == 200
    (headers,) = heard
    assert headers["host"] == urls["city"].split("/")[2]
    assert headers["accept"].startswith("application/graphql-response+json")
    assert headers.get("accept-encoding") != "br"
    assert "te" not in headers
    assert headers["cookie"] == "c"


async def test_clients_get_what_subgraphs_say_in_headers(tmp_path: Path) -> None:
    """By rule, also for an operation that runs compiled; what no rule names stays with the gateway."""
    rules = ["x-last", {"named": "x-first", "merge": "first"}, {"named": "x-all", "merge": "all"}]
    said = [{"X-Last": name, "X-First": name, "X-All": name, "X-Secret": name} for name in ("city", "health")]
    async with subgraph(CITY, headers=said[0]) as city, subgraph(HEALTHCARE, headers=said[1]) as healthcare:
        urls = {"city": url_of(city), "healthcare": url_of(healthcare)}
        made = settings(tmp_path, urls=urls, traffic={"response_headers": rules})
        async with served(make_app(made, make_loader(made))) as client:
            for _ in range(3):
                async with client.post("/graphql", json=REQUEST) as answer:
                    heard = {
                        name.lower(): value for name, value in answer.headers.items() if name.lower().startswith("x-")
                    }
                del heard["x-content-type-options"]
                assert heard == {"x-last": "health", "x-first": "city", "x-all": "city, health"}
