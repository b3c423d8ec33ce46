"""Child processes that never outlive this one."""

import asyncio
import contextlib
import os
import sys
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
LEASH: Final = Path(__file__).with_name("leash.py")

GRACE_SECONDS: Final = 5.0
"""How long a process may take to stop by itself before it is killed."""

LAST_WORDS: Final = 20
"""How many lines of a process's messages are kept, to tell why it ended."""

OnMessage = Callable[[str], None]


class ChildProcess:
    """A Python module as a program of its own, in a session of its own: Ctrl-C reaches only us, and we stop it.

    Each line that it writes to standard error goes to ``on_message``, each on standard output to ``on_output`` if that is given.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, on_message: OnMessage, on_output: OnMessage | None = None
    ) -> None:
        self._process = process
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._reading = asyncio.gather(
            read_lines(process.stderr, self._last_words.append, on_message),
            read_lines(process.stdout, *filter(None, (on_output,))),
        )

    @classmethod
    async def start(
        cls, module: str, *arguments: str, on_message: OnMessage, on_output: OnMessage | None = None
    ) -> "ChildProcess":
        """Start ``python -m module arguments``."""
        process = await asyncio.create_subprocess_exec(
            *on_leash(module, *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE if on_output else asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            start_new_session=True,
        )
        return cls(process, on_message, on_output)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ended(self) -> int:
        """Wait for its end, and for its last message; gives its exit code, negative for a signal."""
        code = await self._process.wait()
        await asyncio.shield(self._reading)
        return code

    def why(self) -> str:
        """The last line that it wrote, or nothing."""
        return self._last_words[-1] if self._last_words else ""

    async def stop(self) -> None:
        """Ask it to stop, wait, and kill it if it does not."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), GRACE_SECONDS)
        except TimeoutError:
            self._process.kill()
        await self.ended()


async def read_lines(stream: asyncio.StreamReader | None, *readers: OnMessage) -> None:
    """Give each line of a stream, if there is one, to all readers until its end."""
    if stream is None:
        return
    async for line in stream:
        text = line.decode(errors="replace").rstrip()
        for read in readers:
            read(text)


async def run_to_the_end(module: str, *arguments: str) -> int:
    """Run ``python -m module arguments`` with our own standard output and error, and give its exit code."""
    process = await asyncio.create_subprocess_exec(
        *on_leash(module, *arguments), stdin=asyncio.subprocess.PIPE, env=environment(), start_new_session=True
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def on_leash(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-P", str(LEASH), module, *arguments]


def environment() -> dict[str, str]:
    """Ours, with the project's folder where modules are looked for."""
    before = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), before)))}
