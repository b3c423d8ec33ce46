"""``tongfen serve`` as a process, for tests: started, talked to over its port, told things by signals."""

import contextlib
import json
import os
import re
import select
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPENAME = json.dumps({"query": "{ __typename }"}).encode()
PATIENCE_SECONDS = 30.0


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running process and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "serve", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.communicate()
        yield process, found[0]
    finally:
        process.kill()
        with contextlib.suppress(ValueError):  # a test may have read to the end
            process.communicate()


def failure(*arguments: str) -> tuple[int, str]:
    """The exit code and the messages of a start that fails."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "serve", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def ask(address: str, body: bytes = TYPENAME) -> object:
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def wait_for_message(process: subprocess.Popen[str], words: str) -> str:
    """The next line on its standard error that has these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


def children_of(pid: int) -> set[int]:
    """The processes that this one has started and not yet buried."""
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def wait_until_gone(pids: Sequence[int]) -> None:
    """Wait for the end of processes that need not be our children."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            ended, _, _ = select.select([descriptor], [], [], PATIENCE_SECONDS)
            assert ended, f"{pid} is still there"
        finally:
            os.close(descriptor)
