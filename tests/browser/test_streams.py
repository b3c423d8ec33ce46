"""GraphiQL in a real browser shows events as they come, and deferred parts."""

from pathlib import Path

import pytest

from tests.browser.chromium import browser_tab
from tests.browser.test_keyboard import tab_to
from tests.transport.events import world

ANSWER = "document.querySelector('.graphiql-response').innerText.replaceAll('\\u00a0', ' ')"
TICKS = "subscription%20%7B%20ticks%20%7B%20number%20%7D%20%7D"
DEFERRED = "%7B%20hello%20...%20%40defer%20%7B%20name(number%3A%201)%20%7D%20%7D"
RUN = "document.querySelector('.graphiql-execute-button')"


@pytest.mark.parametrize(
    ("language", "width", "stop"),
    [("en-US", 1440, "Stop"), ("zh-CN", 1440, "停止"), ("en-US", 360, "Stop"), ("zh-CN", 360, "停止")],
)
async def test_a_subscription_ticks_and_is_stopped(language: str, width: int, stop: str, tmp_path: Path) -> None:
    """Each event takes the place of the one before; the button ends it at the subgraph. By keys, on screens and phones, in both languages."""
    async with world() as (address, source), browser_tab(tmp_path / "profile", language=language) as tab:
        await tab.open(f"http://{address}/graphql?query={TICKS}", width=width, height=740)
        await tab.wait_for(RUN)
        await tab_to(tab, lambda stop: "graphiql-execute-button" in stop["class"])
        await tab.press("Enter")
        await source.until_open(1)
        for number in (41, 42):
            await source.put(number)
            await tab.wait_for(f"{ANSWER}.includes('\"number\": {number}')")
        assert (await tab.evaluate(f"{RUN}.ariaLabel")).startswith(stop)
        await tab.screenshot(tmp_path / "ticking.png")
        await tab.press("Enter")
        await source.until_open(0)
        assert await tab.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.complaints == []


async def test_deferred_parts_are_put_in_their_places(tmp_path: Path) -> None:
    """What is shown in the end is one answer."""
    async with world() as (address, _), browser_tab(tmp_path / "profile", language="en-US") as tab:
        await tab.open(f"http://{address}/graphql?query={DEFERRED}", width=1440, height=900)
        await tab.wait_for(RUN)
        await tab.click(".graphiql-execute-button")
        await tab.wait_for(f'{ANSWER}.includes(\'"name": "number 1"\')')
        assert '"hello": "world"' in await tab.evaluate(ANSWER)
        assert tab.complaints == []
