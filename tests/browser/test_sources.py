"""GraphiQL shows beside the plan how each member of a partitioned subgraph did."""

from pathlib import Path

import pytest

from gateway.app import make_app, make_loader
from gateway.schema import Subgraph, compose
from gateway.settings import make_settings
from tests.app.markets import served, subgraph, url_of
from tests.browser.chromium import browser_tab
from tests.browser.test_graphiql import ANSWER, address
from tests.resolvers.servers import make_server

SERVED = "type Query { titles: [String!] @gather(strategy: CONCAT) }"
SDL = f"""
extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9")
  @link(url: "https://specs.tongfen.dev/partition/v0.1", import: ["@gather"])
{SERVED}
"""
SHOWN = "[...document.querySelectorAll('.sources li')].map((one) => one.innerText.split('\\n').join(' '))"


@pytest.mark.parametrize(
    ("language", "good", "bad"), [("en-US", "answered", "failed"), ("zh-CN", "已回答", "出错")], ids=["en", "zh"]
)
async def test_members_are_shown_with_their_states(language: str, good: str, bad: str, tmp_path: Path) -> None:
    """Who answered, with how many rows, and who did not; nothing of it in the answer itself."""
    supergraph = compose([Subgraph("city", "http://city/", SDL)]).supergraph_sdl
    assert supergraph
    (tmp_path / "supergraph.graphql").write_text(supergraph)
    async with subgraph(make_server(SERVED, {"Query": {"titles": ["a", "b"]}})) as hangzhou:
        members = {"3301": {"urls": [url_of(hangzhou)]}, "3302": {"urls": ["http://127.0.0.1:9/graphql"]}}
        made = make_settings(
            {
                "supergraph": {"file": "supergraph.graphql"},
                "traffic": {"subgraphs": {"city": {"members": members}}},
                "graphql": {"expose_query_plan": True},
            },
            folder=tmp_path,
        )
        async with (
            served(make_app(made, make_loader(made))) as client,
            browser_tab(tmp_path / "profile", language=language) as tab,
        ):
            await tab.open(f"{address(client)}/graphql?query=%7Btitles%7D", width=360, height=740)
            await tab.click(".graphiql-execute-button")
            await tab.wait_for("document.querySelectorAll('.sources li').length === 2")
            first, second = await tab.evaluate(SHOWN)
            assert first.startswith(f"city / 3301 {good}")
            assert second.startswith(f"city / 3302 {bad}")
            assert "durationMs" not in await tab.evaluate(ANSWER)
            assert await tab.evaluate("document.documentElement.scrollWidth") <= 360
