"""Composition by @apollo/composition from npm, which ``tests/interop/run`` installs."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gateway.schema import Subgraph


def compose_elsewhere(subgraphs: Sequence[Subgraph], folder: Path) -> str:
    """The SDL of the supergraph that it makes, in the folder of its packages. Raises SystemExit with its errors."""
    given = json.dumps([{"name": each.name, "url": each.url, "sdl": each.sdl} for each in subgraphs])
    done = subprocess.run(["node", "compose.mjs"], cwd=folder, input=given, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    if said["supergraph"] is None:
        raise SystemExit("\n".join(said["errors"]))
    return str(said["supergraph"])
