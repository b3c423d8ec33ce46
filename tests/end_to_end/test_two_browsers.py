"""Two people at two browsers, on the gateway's own page, watch the market: both see what a third one does, as he does it."""

import asyncio
from pathlib import Path
from urllib.parse import urlencode

from tests.browser.chromium import Tab, browser_tab
from tests.cli.test_demo import Demo
from tests.end_to_end.databases import opened
from tests.end_to_end.subscribing import PATIENCE_SECONDS
from tests.end_to_end.test_live import own_folder, publish, running
from tests.subgraphs.conftest import market_databases

__all__ = ["market_databases", "own_folder", "running"]

ANSWER = "document.querySelector('.graphiql-response').innerText.replaceAll('\\u00a0', ' ')"
RUN = ".graphiql-execute-button"
NEW_DEMANDS = "subscription { newDemands { id title county { name } publisher { name } } }"


async def watch(tab: Tab, address: str, subscription: str) -> None:
    """Open the page with a subscription and start it."""
    await tab.open(f"{address}?{urlencode({'query': subscription})}", width=1280, height=800)
    await tab.wait_for(f"document.querySelector('{RUN}')")
    await tab.click(RUN)


async def test_two_browsers_see_a_demand_as_it_is_published(running: Demo, own_folder: Path, tmp_path: Path) -> None:
    """With the names that core knows; a page that does not listen yet sees the next one."""
    with opened(own_folder) as databases:
        row = databases.row(
            "core", "select uscc, name from organization where region_code = '330328' and kind = 'ENTERPRISE'"
        )
    assert row
    async with browser_tab(tmp_path / "one") as one, browser_tab(tmp_path / "other", language="zh-CN") as other:
        for tab in (one, other):
            await watch(tab, running.address, NEW_DEMANDS)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not all([await tab.evaluate(f"{ANSWER}.includes('newDemands')") for tab in (one, other)]):
                await publish(running, row["uscc"])
        made = await publish(running, row["uscc"], title="毛竹防霉剂")
        for tab in (one, other):
            await tab.wait_for(f"{ANSWER}.includes('{made}')")
            shown = "".join((await tab.evaluate(ANSWER)).split())  # long lines are broken
            assert "毛竹防霉剂" in shown
            assert row["name"] in shown
            assert tab.complaints == []
        await one.screenshot(tmp_path / "one.png")
