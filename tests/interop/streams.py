"""npm's own clients subscribe and defer: graphql-ws, subscriptions-transport-ws, graphql-sse, Apollo's and urql.

Run by ``tests/interop/run``, which installs them: a gateway over one small subgraph is started, and each client asks it.
"""

import asyncio
import json
import os
import sys

from tests.transport.events import world


async def main() -> int:
    """The number of checks that are not passed."""
    async with world() as (address, _):
        node = await asyncio.create_subprocess_exec(
            "node",
            "streams.mjs",
            env={**os.environ, "URL": f"http://{address}/graphql"},
            cwd=f"{os.environ['PEERS']}/clients",
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await node.communicate()
    checks = [json.loads(line) for line in output.splitlines() if line.startswith(b"{")]
    failed = [check for check in checks if check["status"] != "ok"]
    for check in failed:
        print(f"  {check['name']}: {check['reason']}")
    print(f"clients that stream: {len(checks) - len(failed)} of {len(checks)} checks passed")
    return len(failed) + (not checks)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
