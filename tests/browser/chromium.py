"""A headless Chromium that can reach nothing but this machine, driven over the DevTools protocol."""

import asyncio
import base64
import itertools
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection, connect

FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

KEY_CODES: Final = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
TYPED: Final = {"Enter": {"text": "\r"}, " ": {"text": " "}}
"""What a key writes, which is what makes a button of a page hear it."""

PATIENCE_SECONDS: Final = 60.0
"""How long anything may take before the test fails; nothing waits for it to pass."""


class Tab:
    """One page: what it shows, what it asked for, what it complained about."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.requests: list[str] = []
        """Every address that the page asked for."""
        self.complaints: list[str] = []
        """Exceptions, errors on the console, and whatever the content security policy refused."""

    async def listen(self) -> None:
        """Take in what the browser sends, until it closes."""
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                self._answers.pop(message["id"]).set_result(message)
            else:
                self._notice(message["method"], message["params"])

    def _notice(self, method: str, params: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.complaints.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
        elif method == "Runtime.consoleAPICalled" and params["type"] == "error":
            self.complaints.append(json.dumps(params["args"]))

    async def call(self, method: str, **params: Any) -> Any:
        """The result of one method of the protocol."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        message = await asyncio.wait_for(self._answers[number], PATIENCE_SECONDS)
        assert "error" not in message, message
        return message["result"]

    async def open(self, url: str, *, width: int, height: int, dark: bool = False) -> None:
        """Show a page in a window of that size."""
        for domain in ("Page", "Runtime", "Log", "Network"):
            await self.call(f"{domain}.enable")
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        await self.call("Page.navigate", url=url)

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise."""
        result = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    async def wait_for(self, condition: str) -> None:
        """Return as soon as a JavaScript expression is true."""
        look = (
            "new Promise((done, fail) => { const end = performance.now() + %d; const look = () => { const it = (() => { try "
            "{ return %s } catch { return false } })(); if (it) done(true); else if (performance.now() > end) "
            "fail(new Error('never: ' + %s + ' in ' + document.body?.innerText)); else setTimeout(look, 20) }; look() })"
        )
        await self.evaluate(look % ((PATIENCE_SECONDS - 10) * 1000, condition, json.dumps(condition)))

    async def click(self, selector: str) -> None:
        """Click the first element that a CSS selector finds."""
        found = f"document.querySelector({json.dumps(selector)})"
        await self.wait_for(found + " !== null")
        await self.evaluate(found + ".click()")

    async def type(self, text: str) -> None:
        """Write into the first search field of the page."""
        await self.evaluate("document.querySelector('input[type=search]').focus()")
        await self.call("Input.insertText", text=text)

    async def press(self, key: str, *, shift: bool = False, control: bool = False) -> None:
        """Press a key of the keyboard and let it go: whatever has the focus hears it."""
        pressed = {
            "key": key,
            "code": {" ": "Space"}.get(key, key),
            "windowsVirtualKeyCode": KEY_CODES[key],
            "modifiers": 8 * shift + 2 * control,
        }
        await self.call("Input.dispatchKeyEvent", type="keyDown", **pressed, **TYPED.get(key, {}))
        await self.call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def screenshot(self, path: Path) -> None:
        """Write what is seen to a PNG file."""
        shot = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser_tab(profile: Path, *, language: str = "en-US") -> AsyncIterator[Tab]:
    """A tab of a browser of its own. Chromium must be there: tests/services/install sees to it."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "There is no chromium; run tests/services/install."
    process = await asyncio.create_subprocess_exec(
        program,
        *FLAGS,
        f"--user-data-dir={profile}",
        f"--lang={language}",
        f"--accept-lang={language}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        port = await asyncio.wait_for(devtools_port(process), PATIENCE_SECONDS)
        async with connect(await tab_address(port), max_size=None) as socket:
            tab = Tab(socket)
            listening = asyncio.create_task(tab.listen())
            try:
                yield tab
            finally:
                listening.cancel()
    finally:
        process.terminate()
        await process.communicate()


async def devtools_port(process: asyncio.subprocess.Process) -> int:
    """The port that the browser names when it is up."""
    assert process.stderr
    async for line in process.stderr:
        if b"DevTools listening on ws://" in line:
            return int(line.split(b":")[2].split(b"/")[0])
    raise AssertionError("Chromium ended before it listened.")


async def tab_address(port: int) -> str:
    """The WebSocket address of the first tab."""
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{port}/json/list") as response:
        tabs = await response.json(content_type=None)
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))
