"""The registry's own GraphiQL in a real browser: a subgraph is published from it."""

import json
from pathlib import Path
from urllib.parse import urlencode

from tests.browser.chromium import browser_tab
from tests.registry.gateways import gateway, registry_settings
from tests.registry.markets import CITY

ANSWER = "document.querySelector('.graphiql-response').innerText.replaceAll('\\u00a0', ' ')"


async def test_a_subgraph_is_published_from_the_page(tmp_path: Path) -> None:
    """The mutation is sent from the page to the registry, and its outcome is shown; nothing comes from another host."""
    settings = registry_settings(tmp_path, f"sqlite+aiosqlite:///{tmp_path}/registry.db", registry={"open": True})
    sdl = json.dumps(CITY)
    mutation = (
        f'mutation {{ publish(subgraphs: [{{name: "city", url: "http://127.0.0.1:1/", sdl: {sdl}}}]) {{ outcome }} }}'
    )
    async with gateway(settings) as running, browser_tab(tmp_path / "profile") as tab:
        address = str(running.client._base_url).rstrip("/")
        await tab.open(f"{address}/registry?{urlencode({'query': mutation})}", width=1440, height=900)
        await tab.wait_for("document.querySelector('.graphiql-query-editor').innerText.includes('publish')")
        await tab.click(".graphiql-execute-button")
        await tab.wait_for(f"{ANSWER}.includes('PUBLISHED')")
        await tab.screenshot(tmp_path / "registry.png")
        assert tab.complaints == []
        assert all(request.startswith((address, "data:")) for request in tab.requests)
        assert (await running.ask("{ subgraphs { name } }")) == {"subgraphs": [{"name": "city"}]}
