"""docs/registry.md is done, step by step, as it is written: only its ports are others."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "registry.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
PATIENCE_SECONDS = 90.0
GOOD = {"ok": True, "errors": []}


def free_ports(count: int) -> int:
    """The first of so many free ports that follow each other, below those that the system gives to clients (a client of such a port can
    meet itself): the demo takes the five after its gateway's."""
    for first in range(10_000 + count * os.getpid() % 20_000, 32_000, count):
        with ExitStack() as taken, contextlib.suppress(OSError):
            for port in range(first, first + count):
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise AssertionError("no free ports")


class Walk:
    """The page's blocks, with ports of our own, done in a folder of our own."""

    def __init__(self, folder: Path, tools: Path) -> None:
        self.folder = folder
        self.gateway = free_ports(7)
        self.market = self.gateway + 6
        self.environment = os.environ | {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT}:{folder}",
            "PYTHONUNBUFFERED": "1",
        }

    def text(self, block: str) -> str:
        return (
            block.replace(":4000", f":{self.gateway}")
            .replace("--port 4000", f"--port {self.gateway}")
            .replace("port: 4000", f"port: {self.gateway}")
            .replace("4006", str(self.market))
        )

    def block(self, language: str, start: str) -> str:
        """The only block that begins so."""
        (found,) = [text for kind, text in BLOCKS if kind == language and text.startswith(start)]
        return self.text(found)

    def write(self, language: str, start: str) -> None:
        """Write a block that begins with a file's name into that file."""
        text = self.block(language, start)
        (self.folder / start.removeprefix("# ")).write_text(text, encoding="utf-8")

    def run(self, start: str, *, lines: slice = slice(None)) -> str:
        """Do a block of commands, and give what they print."""
        script = "\n".join(self.block("sh", start).splitlines()[lines])
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout

    @contextmanager
    def running(self, command: str, health: str) -> Iterator[None]:
        """A command of the page that goes on, once it answers at an address."""
        process = subprocess.Popen(
            ["bash", "-c", self.text(command)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            until_there(self.text(health), process)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(PATIENCE_SECONDS)
            finally:
                process.kill()


def until_there(address: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until something answers, whatever it answers."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE_SECONDS).close()
            return
        except urllib.error.HTTPError as error:
            with error:
                if error.code != 503:
                    return
        except OSError:
            pass
        assert process.poll() is None, "it has ended"
        assert time.monotonic() < end, "it did not come"


def make_tools(folder: Path) -> Path:
    """``tongfen`` as it is after an installation."""
    folder.mkdir()
    tool = folder / "tongfen"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gateway "$@"\n', encoding="utf-8")
    tool.chmod(0o755)
    return folder


def without_version(text: str) -> str:
    """The demo's five markets may come in one version or in several."""
    return re.sub(r"version \d+", "version N", text)


def test_the_marine_market_joins(tmp_path: Path) -> None:
    """Five steps from nothing to answering; then the same by curl is unchanged; what is printed is what the page shows."""
    walk = Walk(tmp_path, make_tools(tmp_path / "tools"))
    walk.write("python", "# marine.py")
    (demo,) = walk.block("sh", "tongfen demo").splitlines()
    with ExitStack() as stack:
        stack.enter_context(walk.running(demo, "http://127.0.0.1:4000/health/ready"))
        wait_for_markets(walk)
        shown = walk.run("export TONGFEN_REGISTRY=http://127.0.0.1:4000/registry\npython")
        (expected,) = [text for kind, text in BLOCKS if kind == "text" and text.startswith("Published as version 2")]
        assert without_version(shown).endswith(without_version(expected))
        stack.enter_context(
            walk.running(walk.block("sh", "TONGFEN_REGISTRY=").strip(), "http://127.0.0.1:4006/graphql")
        )
        answer = until_served(walk, "curl -s http://127.0.0.1:4000/graphql")
        (wanted,) = [text for kind, text in BLOCKS if kind == "json"]
        assert answer == json.loads(wanted)
        by_curl = json.loads(walk.run("curl -s http://127.0.0.1:4000/registry"))
        assert by_curl.get("errors") is None, by_curl
        assert (by_curl["data"]["publish"]["outcome"], by_curl["data"]["publish"]["check"]) == ("UNCHANGED", GOOD)


def wait_for_markets(walk: Walk) -> None:
    """The demo is ready when all its markets are registered."""
    end = time.monotonic() + PATIENCE_SECONDS
    body = json.dumps({"query": "{ subgraphs { name } }"}).encode()
    request = urllib.request.Request(
        walk.text("http://127.0.0.1:4000/registry"), body, {"content-type": "application/json"}
    )
    while True:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:
            data = json.load(response)["data"]
        if data and len(data["subgraphs"]) == 5:
            return
        assert time.monotonic() < end


def until_served(walk: Walk, command: str) -> Any:
    """The answer to a command, which the gateway can give once it serves what has just been published."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = json.loads(walk.run(command))
        if "errors" not in answer or time.monotonic() > end:
            return answer
        time.sleep(0.2)


def test_for_real_with_tokens(tmp_path: Path) -> None:
    """The commands of the second part, in order, on a gateway that nothing but they have made."""
    walk = Walk(tmp_path, make_tools(tmp_path / "tools"))
    walk.write("python", "# marine.py")
    walk.write("yaml", "# gateway.yaml")
    walk.run("export TONGFEN_REGISTRY=http://127.0.0.1:4000/registry\npython", lines=slice(1, 2))
    walk.run("tongfen registry init", lines=slice(0, 1))
    assert (tmp_path / "admin.token").read_text(encoding="utf-8").startswith("tongfen_")
    serve = walk.block("sh", "tongfen registry init").splitlines()[1]
    with walk.running(serve, "http://127.0.0.1:4000/health/live"):
        shown = walk.run("export TONGFEN_REGISTRY=http://127.0.0.1:4000/registry TONGFEN_TOKEN")
    assert "Published as version 1 of production." in shown
    assert "All 3 entries are as they were written." in shown
    assert "join__Graph" in (tmp_path / "supergraph.graphql").read_text(encoding="utf-8")


def test_every_command_is_in_the_page() -> None:
    """Groups of the registry's commands, and each command in them."""
    for command in (
        "init",
        "verify",
        "publish",
        "check",
        "list",
        "remove",
        "history",
        "download",
        "rollback",
        "promote",
        "create",
        "revoke",
    ):
        assert re.search(rf"\b{command}\b", PAGE)
