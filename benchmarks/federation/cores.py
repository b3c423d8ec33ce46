"""Which core does what: the gateway has one to itself; load and subgraphs have one each where there are enough, and share the last one where not."""

import os
from typing import Final

CORES: Final = sorted(os.sched_getaffinity(0))


def core(number: int) -> str:
    """The core of this number, counted from 0; the last one where there are not so many."""
    return str(CORES[min(number, len(CORES) - 1)])


GATEWAY: Final = core(0)
LOAD: Final = core(1)
UPSTREAM: Final = (core(2), core(3))
ALL: Final = ",".join(map(str, CORES))
