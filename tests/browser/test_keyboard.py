"""GraphiQL without a mouse: what we added to it is reached by Tab, seen to be reached, and worked by keys."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.app import make_app, make_loader
from gateway.schema import Subgraph, compose
from gateway.settings import make_settings
from tests.app.markets import served, subgraph, url_of
from tests.browser.chromium import Tab, browser_tab
from tests.browser.test_graphiql import ANSWER, PLAN, address
from tests.resolvers.servers import make_server

THREE = """# 三个子市场 · Three sub-markets
query Three { achievement(id: "330100-A-000001") { title indication carbonSector } }
"""
MARKETS = {
    "city": 'type Query { achievement(id: ID!): Achievement } type Achievement @key(fields: "id") { id: ID! title: String }',
    "healthcare": 'type Achievement @key(fields: "id") { id: ID! indication: String }',
    "carbon": 'type Achievement @key(fields: "id") { id: ID! carbonSector: String maturityLevel: Int }',
}
FOUND = {
    "id": "330100-A-000001",
    "title": "耳蜗",
    "indication": "hearing loss",
    "carbonSector": "C03",
    "maturityLevel": 7,
}
STOPS = 60
"""More than there are to reach."""

FOCUS = """(() => {
    const now = document.activeElement, style = getComputedStyle(now), box = now.getBoundingClientRect();
    return {tag: now.tagName, name: now.ariaLabel ?? now.innerText ?? "", role: now.role ?? "", class: String(now.className),
        isSeen: style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2 && box.width > 0,
        isInside: box.left >= 0 && box.right <= innerWidth};
})()"""


@asynccontextmanager
async def console(folder: Path, *, language: str = "en-US", width: int = 1440, **shown: Any) -> AsyncIterator[Tab]:
    """A tab that shows a gateway's GraphiQL before three subgraphs, with one example that asks all of them."""
    examples = folder / "examples"
    examples.mkdir()
    (examples / "1_three.graphql").write_text(THREE)
    result = compose([Subgraph(name, f"http://{name}/", sdl) for name, sdl in MARKETS.items()])
    assert result.supergraph_sdl
    (folder / "supergraph.graphql").write_text(result.supergraph_sdl)
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(
                subgraph(make_server(sdl, {"Query": {"achievement": FOUND}, "Achievement": [FOUND]}))
            )
            for name, sdl in MARKETS.items()
        }
        made = make_settings(
            {
                "supergraph": {"file": "supergraph.graphql"},
                "traffic": {"subgraphs": {name: {"url": url_of(server)} for name, server in servers.items()}},
                "graphql": {"expose_query_plan": True},
                "graphiql": {"examples": str(examples)},
            },
            folder=folder,
        )
        async with (
            served(make_app(made, make_loader(made))) as client,
            browser_tab(folder / "profile", language=language) as tab,
        ):
            await tab.open(f"{address(client)}/graphql", width=width, height=740, **shown)
            await tab.wait_for("document.querySelector('.graphiql-query-editor .view-line')")
            yield tab
            assert all(request.startswith((address(client), "data:")) for request in tab.requests)
            assert tab.complaints == []


async def tab_to(tab: Tab, wanted: Callable[[Any], bool]) -> Any:
    """Press Tab until the focus is where it is wanted; every stop before must be seen."""
    for _ in range(STOPS):
        await tab.press("Tab")
        stop = await tab.evaluate(FOCUS)
        if wanted(stop):
            return stop
    raise AssertionError("Tab never came there.")


def named(*names: str) -> Callable[[Any], bool]:
    return lambda stop: any(stop["name"].startswith(name) for name in names)


def leaves_the_page(stop: Any) -> bool:
    return bool(stop["tag"] == "BODY")


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize(
    ("language", "example", "picture", "text", "rounds"),
    [
        ("en-US", "Three sub-markets", "Steps", "Text", "2 rounds"),
        ("zh-CN", "三个子市场", "步骤", "文本", "2 轮"),
    ],
)
async def test_a_query_is_run_and_its_plan_is_read_by_keys(
    width: int, language: str, example: str, picture: str, text: str, rounds: str, tmp_path: Path
) -> None:
    """From the opened page: the example by Enter, its answer of three sub-markets, each step of the plan, and the plan as text by an arrow."""
    async with console(tmp_path, language=language, width=width) as tab:
        if width == 360:  # where the examples wait behind their button
            await tab_to(tab, named("Show Examples", "显示 示例", "显示示例"))
            await tab.press(" ")
            await tab.wait_for("document.querySelector('[data-example]')")
        await tab_to(tab, named(example))
        await tab.press("Enter")
        await tab.wait_for(f"{ANSWER}.includes('carbonSector')")
        await tab.wait_for("document.querySelectorAll('.plan .fetch').length === 3")
        assert rounds in await tab.evaluate(PLAN)
        assert (await tab_to(tab, named(picture)))["role"] == "tab"
        await tab_to(tab, lambda stop: stop["role"] == "tabpanel")
        for _ in range(3):
            assert (await tab_to(tab, lambda stop: stop["tag"] == "SUMMARY"))["isSeen"]
            await tab.press("Enter")
        await tab.wait_for("document.querySelectorAll('.plan details[open]').length === 3")
        await tab.evaluate(
            f"[...document.querySelectorAll('.views button')].find((one) => one.innerText === '{picture}').focus()"
        )
        await tab.press("ArrowRight")
        assert (await tab.evaluate(FOCUS))["name"] == text
        await tab.wait_for(f"{PLAN}.includes('Fetch(service: \"carbon\")')")
        await tab.screenshot(tmp_path / "keys.png")


@pytest.mark.parametrize("width", [360, 768, 1440])
async def test_tab_goes_through_the_page_and_out_of_it(width: int, tmp_path: Path) -> None:
    """Nothing holds the focus, all of its stops are seen and within the window, and the answer comes before its plan."""
    async with console(tmp_path, width=width) as tab:
        stops = []
        await tab_to(tab, lambda stop: stops.append(stop) or leaves_the_page(stop))
        assert [stop for stop in stops[:-1] if not (stop["isSeen"] and stop["isInside"])] == []
        names = [stop["name"] for stop in stops]
        order = [names.index(name) for name in ("Show Sub-markets", "Query plan", "中文", "Result Window", "Steps")]
        assert order == sorted(order)


async def test_tab_leaves_the_editor(tmp_path: Path) -> None:
    """Enter goes into it; Tab is not written there but goes on."""
    async with console(tmp_path) as tab:
        await tab_to(tab, lambda stop: "graphiql-editor" in stop["class"])
        await tab.press("Enter")
        await tab.wait_for("document.activeElement.closest('.monaco-editor')")
        before = await tab.evaluate("document.querySelector('.graphiql-query-editor').innerText")
        await tab_to(tab, lambda stop: "graphiql-execute-button" in stop["class"])
        assert await tab.evaluate("document.querySelector('.graphiql-query-editor').innerText") == before


async def test_the_language_is_chosen_and_kept(tmp_path: Path) -> None:
    """Its button is named in the other language; the page comes back in it, with what was written, and stays so."""
    async with console(tmp_path) as tab:
        await tab_to(tab, named("中文"))
        await tab.press("Enter")
        await tab.wait_for("document.documentElement.lang === 'zh-CN' && document.querySelector('.language-switch')")
        assert await tab.evaluate("document.querySelector('.language-switch').innerText") == "English"
        await tab.wait_for("document.querySelector('.graphiql-query-editor').innerText.includes('Three')")
        await tab.evaluate("location.reload()")
        await tab.wait_for("document.querySelector('.plan h2')?.innerText === '查询计划'")


async def test_the_plan_is_closed_and_opened_by_keys(tmp_path: Path) -> None:
    """Whoever closes it finds the focus on the button that opens it."""
    async with console(tmp_path) as tab:
        await tab_to(tab, named("Hide query plan"))
        await tab.press("Enter")
        await tab.wait_for("document.querySelector('.plan') === null")
        assert "plan-switch" in (await tab.evaluate(FOCUS))["class"]
        await tab.press(" ")
        await tab.wait_for("document.querySelector('.plan')")


async def test_the_explorer_is_worked_by_keys(tmp_path: Path) -> None:
    """Its fields are one stop of Tab; arrows go from one to the other and open them, and the space bar ticks."""
    async with console(tmp_path) as tab:
        await tab_to(tab, named("Show Explorer"))
        await tab.press("Enter")
        await tab.wait_for("document.querySelector('.explorer [role=checkbox]')")
        await tab_to(tab, lambda stop: stop["role"] == "button" and stop["name"].strip() == "achievement")
        assert await tab.evaluate("document.activeElement.ariaExpanded") == "true"
        await tab.press("ArrowDown")
        for _ in range(20):
            if (await tab.evaluate(FOCUS))["name"].strip() == "maturityLevel":
                break
            await tab.press("ArrowDown")
        assert await tab.evaluate("document.activeElement.ariaChecked") == "false"
        await tab.press(" ")
        await tab.wait_for("document.querySelector('.graphiql-query-editor').innerText.includes('maturityLevel')")
        assert (await tab.evaluate(FOCUS))["name"].strip() == "maturityLevel"
        await tab.screenshot(tmp_path / "explorer.png")


async def test_the_sub_markets_are_opened_by_keys(tmp_path: Path) -> None:
    """One after the other, each with the fields that it answers."""
    async with console(tmp_path) as tab:
        await tab_to(tab, named("Show Sub-markets"))
        await tab.press("Enter")
        await tab.wait_for("document.querySelectorAll('.submarkets details').length === 3")
        await tab_to(tab, named("carbon"))
        await tab.press("Enter")
        await tab.wait_for("document.querySelector('[data-submarket=carbon]').innerText.includes('carbonSector')")


CONTRASTS = """(() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const over = (top, below) => top.slice(0, 3).map((one, i) => one * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
    const light = (colour) => colour.map((one) => one / 255)
        .map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, i) => sum + one * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.unshift(numbers(getComputedStyle(at).backgroundColor));
        return layers.reduce((below, top) => over(top, below), SCHEME);
    };
    const ours = [...document.querySelectorAll(':is(.plan, .examples, .submarkets, .status, .graphiql-logo) *')];
    return ours.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim())).map((one) => {
        const below = ground(one), [a, b] = [light(below), light(over(numbers(getComputedStyle(one).color), below))];
        return {text: one.innerText.slice(0, 30), ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)};
    });
})()"""


@pytest.mark.parametrize("dark", [False, True])
async def test_what_is_written_can_be_read(dark: bool, tmp_path: Path) -> None:
    """Every text of ours stands out from its ground by 4.5 to 1, in light and dark (WCAG 2.2, 1.4.3)."""
    async with console(tmp_path, dark=dark) as tab:
        await tab.click("[data-example]")
        await tab.wait_for("document.querySelectorAll('.plan .fetch').length === 3")
        found = []
        for panel in ("Examples", "Sub-markets"):
            await tab.evaluate(f"document.querySelector(\"[aria-label='Show {panel}']\")?.click()")
            await tab.wait_for("document.querySelector('.examples, .submarkets details')")
            scheme = [30, 30, 30] if dark else [255, 255, 255]
            found += await tab.evaluate(CONTRASTS.replace("SCHEME", json.dumps(scheme)))
        assert len(found) > 30
        assert [one for one in found if one["ratio"] < 4.5] == []
