"""Run a module as a program that ends when whoever started it ends: ``python leash.py MODULE ARGUMENTS...``.

The starter holds the other end of standard input. However it ends, the system closes that end, and this process stops.
This file is run by its path and imports nothing of ours, so that it costs nothing.
"""

import os
import runpy
import signal
import sys
import threading
import time

GRACE_SECONDS = 5.0
"""How long the program may take to stop by itself."""


def watch(descriptor: int = 0, grace_seconds: float = GRACE_SECONDS) -> None:
    """Wait for the end of what ``descriptor`` reads, then stop this process, in peace or else by force."""
    while os.read(descriptor, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace_seconds)
    os._exit(1)


def main() -> None:
    """Run the module named on the command line, on the leash."""
    threading.Thread(target=watch, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
