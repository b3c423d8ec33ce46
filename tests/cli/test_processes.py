"""Child processes end when they are told to, and when we are gone."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli.demo import when_all_answer
from gateway.cli.demo_places import Place
from gateway.cli.processes import LEASH, ChildProcess, run_to_the_end
from gateway.errors import TongfenError
from tests.cli.processes import wait_until_gone


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose Python files are modules for child processes."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_child_tells_what_it_says_and_how_it_ended(modules: Path) -> None:
    """Its arguments arrive, its messages are passed on, the last one is kept, and its exit code is known."""
    (modules / "talker.py").write_text("import sys\nprint(*sys.argv[1:], file=sys.stderr)\nsys.exit('the end')")
    heard: list[str] = []
    child = await ChildProcess.start("talker", "--port", "1", on_message=heard.append)
    assert await child.ended() == 1
    assert heard == ["--port 1", "the end"]
    assert child.why() == "the end"


async def test_a_child_that_was_stopped_is_gone(modules: Path) -> None:
    """It is asked by SIGTERM, and stopping it again does no harm."""
    (modules / "sleeper.py").write_text("import sys, time\nprint('up', file=sys.stderr, flush=True)\ntime.sleep(1000)")
    up = asyncio.Event()
    child = await ChildProcess.start("sleeper", on_message=lambda _: up.set())
    await up.wait()
    await child.stop()
    assert not is_running(child.pid)
    await child.stop()


def test_a_child_ends_when_its_starter_is_killed(modules: Path) -> None:
    """Even a starter that could not tell it: the system closes the leash."""
    (modules / "sleeper.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(1000)")
    starter = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-P', {str(LEASH)!r}, 'sleeper'], stdin=subprocess.PIPE)\n"
        "child.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        pid = int(process.stdout.readline())
        process.kill()
    wait_until_gone([pid])


async def test_a_program_can_be_run_to_its_end(modules: Path) -> None:
    """Its exit code comes back."""
    (modules / "quick.py").write_text("import sys\nsys.exit(3)")
    assert await run_to_the_end("quick") == 3


async def test_a_subgraph_that_dies_at_its_start_is_told(modules: Path) -> None:
    """One message: its name and its last words."""
    (modules / "dying.py").write_text("import sys\nsys.exit('Error: healthcare cannot open its database.')")
    child = await ChildProcess.start("dying", on_message=lambda _: None)
    place = Place("healthcare", 1, modules / "healthcare.db")
    with pytest.raises(
        TongfenError, match=r"^healthcare ended at its start\. Error: healthcare cannot open its database\.$"
    ):
        await when_all_answer({place: child}, "http://127.0.0.1:1/registry")
