"""GraphQL over HTTP by npm's own audit: every check must pass, the MUSTs, the SHOULDs and the MAYs.

Run by ``tests/interop/run``: a gateway over one small subgraph is started and audited.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from gateway.schema import Subgraph, compose
from tests.interop.check import ask, running


def main() -> int:
    """The number of checks that are not passed."""
    result = compose([Subgraph("none", "http://127.0.0.1:1/graphql", "type Query { hello: String }")])
    with tempfile.TemporaryDirectory() as folder:
        supergraph = Path(folder) / "supergraph.graphql"
        supergraph.write_text(result.supergraph_sdl or "", encoding="utf-8")
        command = (sys.executable, "-m", "gateway", "serve", "--supergraph", str(supergraph), "--port", "4491")
        with running(command, 4491, PYTHONPATH=os.getcwd()) as address:
            ask(f"{address}/graphql", "{ __typename }")
            audited = subprocess.run(
                ("node", "audit.mjs"),
                env={**os.environ, "URL": f"{address}/graphql"},
                cwd=f"{os.environ['PEERS']}/node",
                capture_output=True,
                text=True,
                check=False,
            )
    checks = [json.loads(line) for line in audited.stdout.splitlines()]
    failed = [check for check in checks if check["status"] != "ok"]
    for check in failed:
        print(f"  {check['id']} {check['name']}: {check['reason']}")
    print(f"graphql-http audit: {len(checks) - len(failed)} of {len(checks)} checks passed{audited.stderr}")
    return len(failed) + (not checks)


if __name__ == "__main__":
    sys.exit(main())
