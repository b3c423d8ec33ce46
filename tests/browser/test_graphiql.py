"""GraphiQL in a real browser that can reach nothing but this machine."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from gateway.app import make_app, make_loader
from tests.app.markets import CITY, HEALTHCARE, QUERY, served, settings, subgraph, url_of
from tests.browser.chromium import Tab, browser_tab

SECOND: str = (
    '# 标题 · Only the title\n# 只问城市 · Asks the city alone\n{ achievement(id: "330300-A-000123") { title } }\n'
)

ANSWER = "document.querySelector('.graphiql-response').innerText.replaceAll('\\u00a0', ' ')"
PLAN = "document.querySelector('.plan').innerText"


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    folder = tmp_path / "examples"
    folder.mkdir()
    (folder / "1_detail.graphql").write_text(f"# 成果详情 · Achievement detail\n# 两个子图 · Two subgraphs\n{QUERY}\n")
    (folder / "1_detail.json").write_text('{"id": "330300-A-000123"}')
    (folder / "2_title.graphql").write_text(SECOND)
    return folder


@asynccontextmanager
async def console(
    folder: Path,
    examples: Path,
    *,
    language: str = "en-US",
    width: int = 1440,
    height: int = 900,
    query: str = "",
    caches: bool = False,
) -> AsyncIterator[Tab]:
    """A tab that shows a gateway's GraphiQL, before two subgraphs."""
    async with subgraph(CITY) as city, subgraph(HEALTHCARE) as healthcare:
        made = settings(
            folder,
            urls={"city": url_of(city), "healthcare": url_of(healthcare)},
            graphql={"expose_query_plan": True},
            graphiql={"examples": str(examples)},
            cache={"enabled": caches, "show": True, "max_age": "1h", "headers": False},
        )
        async with (
            served(make_app(made, make_loader(made))) as client,
            browser_tab(folder / "profile", language=language) as tab,
        ):
            await tab.open(f"{address(client)}/graphql{query}", width=width, height=height)
            await tab.wait_for("document.querySelector('.graphiql-query-editor .view-line')")
            yield tab
            assert all(request.startswith((address(client), "data:")) for request in tab.requests)


def address(client: ClientSession) -> str:
    return str(client._base_url).rstrip("/")


async def run_example(tab: Tab, name: str) -> None:
    await tab.click(f'[data-example="{name}"]')
    await tab.wait_for("document.querySelector('.status[data-status=\"200\"]')")


async def test_an_example_shows_its_answer_and_its_plan(tmp_path: Path, examples: Path) -> None:
    """One click runs it: the joined answer, and both subgraphs with what each brings; nothing is refused or complained of."""
    async with console(tmp_path, examples) as tab:
        await run_example(tab, "1_detail")
        await tab.wait_for(f"{ANSWER}.includes('hearing loss')")
        await tab.wait_for("document.querySelectorAll('.plan .fetch').length === 2")
        plan = await tab.evaluate(PLAN)
        assert [
            word in plan for word in ("2 subgraphs", "2 requests", "2 rounds", "city", "Achievement title", "after 1")
        ]
        assert "queryPlan" not in await tab.evaluate(ANSWER)
        await tab.screenshot(tmp_path / "answer.png")
        assert tab.complaints == []


async def test_the_plan_shows_how_long_each_fetch_took(tmp_path: Path, examples: Path) -> None:
    """Its time and its size, beside what it is for."""
    async with console(tmp_path, examples) as tab:
        await run_example(tab, "1_detail")
        await tab.wait_for("document.querySelectorAll('.plan .fetch .took').length === 2")
        took = await tab.evaluate("[...document.querySelectorAll('.took')].map((one) => one.innerText).join('|')")
        assert [part in took for part in ("ms", "KB")] == [True, True]
        assert "durationMs" not in await tab.evaluate(ANSWER)


async def test_what_was_found_in_the_cache_is_shown_beside_the_plan(tmp_path: Path, examples: Path) -> None:
    """Of each request how much, and not in the answer itself."""
    async with console(tmp_path, examples, caches=True) as tab:
        await run_example(tab, "1_detail")
        await tab.wait_for(f"{PLAN}.includes('0 of 1 found')")
        await run_example(tab, "1_detail")
        await tab.wait_for(f"{PLAN}.includes('1 of 1 found')")
        assert "hits" not in await tab.evaluate(ANSWER)
        await tab.screenshot(tmp_path / "cache.png")


async def test_the_sub_markets_are_listed_with_their_fields(tmp_path: Path, examples: Path) -> None:
    """Which one answers what, found by a word."""
    async with console(tmp_path, examples) as tab:
        await tab.click("[aria-label='Show Sub-markets']")
        await tab.wait_for("document.querySelectorAll('.submarkets details').length === 2")
        assert "city" in await tab.evaluate("document.querySelector('.submarkets').innerText")
        await tab.type("indication")
        await tab.wait_for("document.querySelectorAll('.submarkets details').length === 1")
        found = await tab.evaluate("document.querySelector('.submarkets details').innerText")
        assert [word in found for word in ("healthcare", "Achievement", "indication")] == [True] * 3
        await tab.screenshot(tmp_path / "submarkets.png")


async def test_a_query_is_put_together_by_clicks(tmp_path: Path, examples: Path) -> None:
    """The explorer shows the schema's fields; one that is ticked is in the query."""
    async with console(tmp_path, examples) as tab:
        await tab.click("[aria-label='Show Explorer']")
        await tab.wait_for("document.querySelector('.graphiql-explorer-root')?.innerText.includes('achievement')")
        await tab.screenshot(tmp_path / "explorer.png")
        assert tab.complaints == []


async def test_the_page_speaks_chinese_to_a_chinese_browser(tmp_path: Path, examples: Path) -> None:
    """Our own texts, GraphiQL's, and the examples' titles."""
    async with console(tmp_path, examples, language="zh-CN") as tab:
        await run_example(tab, "1_detail")
        await tab.wait_for(f"{PLAN}.includes('2 个子图')")
        shown = await tab.evaluate("document.body.innerText")
        for text in ("示例", "成果详情", "查询计划", "变量", "请求头", "第 1 轮"):
            assert text in shown
        assert await tab.evaluate("document.documentElement.lang") == "zh-CN"
        assert await tab.evaluate("document.querySelector('.graphiql-execute-button').getAttribute('aria-label')") == (
            "执行查询 (Ctrl-Enter)"
        )


async def test_the_plan_as_text(tmp_path: Path, examples: Path) -> None:
    """The other view has the plan's usual text."""
    async with console(tmp_path, examples) as tab:
        await run_example(tab, "1_detail")
        await tab.click(".views button:nth-child(2)")
        await tab.wait_for(f"{PLAN}.includes('Fetch(service: \"city\")')")


async def test_the_plan_is_asked_for_only_while_it_is_shown(tmp_path: Path, examples: Path) -> None:
    """Closed, the panel is gone and the answers come without a plan; the page remembers that."""
    async with console(tmp_path, examples) as tab:
        await tab.click(".plan-switch")
        await tab.wait_for("document.querySelector('.plan') === null")
        await run_example(tab, "2_title")
        await tab.click(".plan-switch")
        await tab.wait_for(f"{PLAN}.includes('without a plan')")


async def test_a_first_visit_finds_the_first_example(tmp_path: Path, examples: Path) -> None:
    """Query and variables are there, ready to run."""
    async with console(tmp_path, examples) as tab:
        await tab.click(".graphiql-execute-button")
        await tab.wait_for(f"{ANSWER}.includes('hearing loss')")


async def test_the_schema_is_documented(tmp_path: Path, examples: Path) -> None:
    """The public schema is read by introspection and shown; what is subgraphs' own is not in it."""
    async with console(tmp_path, examples) as tab:
        await tab.click(".graphiql-sidebar button")
        await tab.wait_for("document.querySelector('.graphiql-doc-explorer').innerText.includes('Achievement')")
        assert "_Entity" not in await tab.evaluate("document.querySelector('.graphiql-doc-explorer').innerText")


async def test_a_link_can_bring_a_query(tmp_path: Path, examples: Path) -> None:
    """``?query=`` and ``&variables=`` fill the editors."""
    query = "?query=query%20Linked%20%7B__typename%7D"
    async with console(tmp_path, examples, query=query) as tab:
        await tab.click(".graphiql-execute-button")
        await tab.wait_for(f"{ANSWER}.includes('__typename')")
        assert "Linked" in await tab.evaluate("document.querySelector('.graphiql-query-editor').innerText")


@pytest.mark.parametrize(("width", "height"), [(360, 740), (820, 1180), (1920, 1080)])
async def test_every_window_has_room(width: int, height: int, tmp_path: Path, examples: Path) -> None:
    """Nothing is cut off sideways, and editor and answer have a usable size, from phones to large screens."""
    async with console(tmp_path, examples, language="zh-CN", width=width, height=height) as tab:
        await tab.click(".graphiql-execute-button")
        await tab.wait_for("document.querySelector('.plan .fetch')")
        assert await tab.evaluate("document.documentElement.scrollWidth") <= width
        for part in (".graphiql-query-editor", ".graphiql-response", ".plan"):
            box = json.loads(
                await tab.evaluate(f"JSON.stringify(document.querySelector('{part}').getBoundingClientRect())")
            )
            assert box["width"] >= 250, part
            assert box["height"] >= 150, part
            assert box["right"] <= width, part
        await tab.screenshot(tmp_path / "window.png")
