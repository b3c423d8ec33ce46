"""A bare uvicorn application that sends the same bytes to everyone: the floor under every Python gateway.

``python -m benchmarks.federation.bare --port 4300 --body FILE`` answers every POST with the file; ``--busy 0.8`` computes for so many
milliseconds first, in vain.
"""

import argparse
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn


def make_app(body: bytes, busy_seconds: float) -> Any:
    start = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
    }
    end = {"type": "http.response.body", "body": body}

    async def app(
        _: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        while (await receive()).get("more_body", False):
            pass
        until = time.thread_time() + busy_seconds
        while time.thread_time() < until:
            pass
        await send(start)
        await send(end)

    return app


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, required=True)
    arguments.add_argument("--body", type=Path, required=True)
    arguments.add_argument("--busy", type=float, default=0.0)
    options = arguments.parse_args()
    app = make_app(options.body.read_bytes(), options.busy / 1000)
    uvicorn.run(app, port=options.port, lifespan="off", log_config=None, access_log=False, server_header=False)


if __name__ == "__main__":
    main()
