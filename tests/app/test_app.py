"""The gateway as a whole, over real HTTP on both sides."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from gateway.app import make_app, make_loader
from gateway.app.engine import make_limits
from gateway.errors import SettingsError, SubgraphError, SupergraphError
from gateway.resolvers.operation import Limits
from gateway.schema.supergraph import read_supergraph
from gateway.settings import Settings, make_settings
from gateway.transport.asgi import AsgiApp
from tests.app.loaders import FakeLoader
from tests.app.markets import CITY, HEALTHCARE, REQUEST, served, settings, subgraph, url_of
from tests.transport.exchange import exchange

WHOLE = {"data": {"achievement": {"title": "人工耳蜗", "indication": "hearing loss"}}}


def app_of(made: Settings) -> AsgiApp:
    return make_app(made, make_loader(made))


async def ask(client: ClientSession, request: dict[str, Any] = REQUEST, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.post("/graphql", json=request, headers=named) as response:
        assert response.status == 200
        return await response.json()


async def test_one_answer_comes_from_two_subgraphs(tmp_path: Path) -> None:
    """The operation is planned over the supergraph, and its parts are fetched over HTTP and joined."""
    async with subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        made = settings(tmp_path, urls={"city": url_of(city), "healthcare": url_of(healthcare)})
        async with served(app_of(made)) as client:
            assert await ask(client) == WHOLE


async def test_a_subgraph_may_go_and_come_back(tmp_path: Path) -> None:
    """While one is down the rest answers, with one error that names it; when it is back, so is its part."""
    async with subgraph(CITY) as city:
        async with subgraph(HEALTHCARE) as healthcare:
            port = healthcare.port
            made = settings(tmp_path, urls={"city": url_of(city), "healthcare": url_of(healthcare)})
        async with served(app_of(made)) as client:
            partial = await ask(client)
            assert partial["data"] == {"achievement": {"title": "人工耳蜗", "indication": None}}
            (error,) = partial["errors"]
            assert "healthcare" in error["message"]
            async with subgraph(HEALTHCARE, port=port or 0):
                assert await ask(client) == WHOLE


@pytest.mark.parametrize(("exposed", "shown"), [(True, True), (False, False)])
async def test_the_plan_is_shown_where_the_settings_let_it(exposed: bool, shown: bool, tmp_path: Path) -> None:
    """The header alone is not enough."""
    made = settings(tmp_path, graphql={"expose_query_plan": exposed})
    async with served(app_of(made)) as client:
        answer = await ask(client, apollo_expose_query_plan="dry-run")
    assert ("extensions" in answer and "city" in answer["extensions"]["queryPlan"]["text"]) is shown


async def test_a_mutation_by_get_is_refused(tmp_path: Path) -> None:
    """405, and no subgraph is asked."""
    made = settings(tmp_path)
    async with served(app_of(made)) as client:
        response = await client.get(
            "/graphql",
            params={"query": 'mutation { publish(title: "x") }'},
            headers={"content-type": "application/json"},
        )
        assert (response.status, response.headers["allow"]) == (405, "POST")


async def test_the_settings_limit_operations(tmp_path: Path) -> None:
    """Each limit of the settings is the engine's limit of that name."""
    names = ("tokens", "depth", "aliases", "root_fields", "directives", "selections", "introspection_depth")
    limits = {name: number for number, name in enumerate(names, start=1)}
    made = settings(tmp_path, limits=limits)
    assert make_limits(made) == Limits(**{f"max_{name}": number for name, number in limits.items()})
    async with served(app_of(made)) as client:
        (error,) = (await ask(client))["errors"]
    assert error["extensions"]["code"] == "MAX_TOKENS_LIMIT"


async def test_health_tells_whether_requests_are_answered(tmp_path: Path) -> None:
    """Live at once, ready when the supergraph is loaded."""
    async with served(app_of(settings(tmp_path))) as client:
        live = await client.get("/health/live")
        assert (live.status, await live.json()) == (200, {"status": "live"})
        ready = await client.get("/health/ready")
        assert (ready.status, await ready.json()) == (200, {"status": "ready"})


async def test_what_is_waited_for_is_told(tmp_path: Path) -> None:
    """Until the supergraph can be loaded, health and GraphQL answer 503 and say why."""
    never = FakeLoader()
    never.offer(SubgraphError("The subgraph city does not answer.", subgraph="city"))
    async with served(make_app(settings(tmp_path), never)) as client:
        await never.looked.wait()
        ready = await client.get("/health/ready")
        assert (ready.status, await ready.json()) == (
            503,
            {"status": "waiting", "reasons": ["The subgraph city does not answer."]},
        )
        response = await client.post("/graphql", json=REQUEST)
        assert response.status == 503
        assert "The subgraph city does not answer." in await response.text()


@pytest.mark.parametrize("path", ["/", "/graphql/", "/graphqlx", "/health", "/nowhere"])
async def test_an_unknown_path_is_told_what_there_is(path: str, tmp_path: Path) -> None:
    """404 as JSON, with the paths that are there."""
    response = await exchange(app_of(settings(tmp_path)), "GET", path)
    assert response is not None
    assert (response.status, response.code) == (404, "NOT_FOUND")
    assert "/health/ready" in response.json["errors"][0]["message"]


async def test_health_is_read_only(tmp_path: Path) -> None:
    """A POST to a health path is 405 as JSON."""
    response = await exchange(app_of(settings(tmp_path)), "POST", "/health/live")
    assert response is not None
    assert (response.status, response.code) == (405, "METHOD_NOT_ALLOWED")


async def test_the_endpoint_is_where_the_settings_put_it(tmp_path: Path) -> None:
    """Another path moves it; the usual one is then unknown."""
    app = app_of(settings(tmp_path, graphql={"path": "/api"}, csrf={"enabled": False}))
    moved = await exchange(app, "GET", "/api")
    usual = await exchange(app, "GET", "/graphql")
    assert moved is not None
    assert usual is not None
    assert (moved.status, usual.status) == (400, 404)


SDL = {
    "city": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
        type Query { achievement(id: ID!): Achievement }
        type Mutation { publish(title: String!): String }
        type Achievement @key(fields: "id") { id: ID! title: String }
    """,
    "healthcare": """
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
        type Achievement @key(fields: "id") { id: ID! indication: String }
    """,
}


def composing(folder: Path, urls: dict[str, str], *, healthcare: str = SDL["healthcare"]) -> Settings:
    """Settings that compose city, which tells its own SDL, and healthcare, whose SDL is in a file."""
    (folder / "healthcare.graphql").write_text(healthcare, encoding="utf-8")
    compose = {"city": {"url": urls["city"]}, "healthcare": {"url": urls["healthcare"], "sdl": "healthcare.graphql"}}
    return make_settings({"supergraph": {"compose": compose}}, folder=folder)


async def test_subgraphs_are_composed_at_the_start(tmp_path: Path) -> None:
    """One SDL from a file, one from the subgraph itself; the result is served."""
    async with subgraph(CITY, sdl=SDL["city"]) as city, subgraph(HEALTHCARE) as healthcare:
        made = composing(tmp_path, {"city": url_of(city), "healthcare": url_of(healthcare)})
        loaded = await make_loader(made).look(None)
    assert loaded is not None
    assert list(loaded.supergraph.subgraphs) == ["city", "healthcare"]
    assert read_supergraph(loaded.sdl).field_types == loaded.supergraph.field_types


async def test_every_missing_subgraph_is_told(tmp_path: Path) -> None:
    """One line for each subgraph whose SDL cannot be had."""
    made = composing(tmp_path, {"city": "http://127.0.0.1:1/graphql", "healthcare": "http://127.0.0.1:1/graphql"})
    (tmp_path / "healthcare.graphql").unlink()
    with pytest.raises(SupergraphError) as caught:
        await make_loader(made).look(None)
    city, healthcare = caught.value.message.splitlines()
    assert "city at http://127.0.0.1:1/graphql" in city
    assert "healthcare.graphql: it cannot be read" in healthcare


async def test_every_error_of_composition_is_told(tmp_path: Path) -> None:
    """Subgraphs that do not compose are not served; the reasons have their codes."""
    async with subgraph(CITY, sdl=SDL["city"]) as city:
        urls = {"city": url_of(city), "healthcare": "http://127.0.0.1:1/graphql"}
        made = composing(tmp_path, urls, healthcare=SDL["healthcare"].replace("indication", "title"))
        with pytest.raises(SupergraphError, match=r"do not compose:\nINVALID_FIELD_SHARING: "):
            await make_loader(made).look(None)


def test_a_file_that_is_no_supergraph_stops_the_start(tmp_path: Path) -> None:
    """The message begins with the file's name."""
    made = settings(tmp_path)
    (tmp_path / "supergraph.graphql").write_text("type Query { a: Int }", encoding="utf-8")
    with pytest.raises(SupergraphError, match=r"supergraph\.graphql: "):
        make_loader(made)
    (tmp_path / "supergraph.graphql").unlink()
    with pytest.raises(SupergraphError, match=r"supergraph\.graphql: it cannot be read"):
        make_loader(made)


def test_settings_for_an_unknown_subgraph_stop_the_start(tmp_path: Path) -> None:
    """A name that the supergraph does not have is a typing error, and those it has are listed."""
    with pytest.raises(SettingsError, match=r"^traffic\.subgraphs\.cty: .* it has city, healthcare\.$"):
        make_loader(settings(tmp_path, urls={"cty": "http://127.0.0.1:1/graphql"}))


async def test_queries_are_shared_without_any_header_rules_too(tmp_path: Path) -> None:
    """``graphql.share_queries`` alone is enough."""
    async with subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        urls = {"city": url_of(city), "healthcare": url_of(healthcare)}
        async with served(app_of(settings(tmp_path, urls=urls, graphql={"share_queries": True}))) as client:
            assert await ask(client) == WHOLE
