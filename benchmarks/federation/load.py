"""Ask a gateway: once for the answer, and many times by wrk for the speed."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SCRIPT: Final = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [==[%s]==]
done = function(summary, latency, requests)
  io.write(string.format("RESULT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Speed:
    """What one run of wrk saw: requests, requests per second, failures, latencies in milliseconds."""

    requests: int
    per_second: float
    failures: int
    p50: float
    p99: float


def ask(url: str, query: str, variables: dict[str, Any] | None = None) -> Any:
    """The answer's JSON. Waits up to 30 s for a gateway that is still loading its schema."""
    body = json.dumps({"query": query, "variables": variables or {}}).encode()
    return json.loads(ask_bytes(url, body))


def ask_bytes(url: str, body: bytes) -> bytes:
    """The answer as it comes. Waits up to 30 s for a gateway that is still loading its schema."""
    headers = {"content-type": "application/json", "accept": "application/json"}
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as response:
                return bytes(response.read())
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def measure(url: str, query: str, *, seconds: float, connections: int, core: str, folder: Path) -> Speed:
    """Load ``url`` with one query from one core."""
    script = folder / "load.lua"
    script.write_text(SCRIPT % json.dumps({"query": query}))
    command = ["taskset", "-c", core, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), url]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", printed)
    assert found, f"wrk did not say what it measured:\n{printed}"
    requests, micros, failures, p50, p99 = map(int, found.groups())
    return Speed(requests, requests / (micros / 1e6), failures, p50 / 1000, p99 / 1000)
