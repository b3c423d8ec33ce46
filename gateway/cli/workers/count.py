"""How many workers this machine has room for."""

import math
import os
from pathlib import Path
from typing import Final, Literal

CPU_MAX: Final = Path("/sys/fs/cgroup/cpu.max")
"""How much of the cores a container may use: microseconds in each period of so many microseconds (Linux, control groups version 2)."""


def count_workers(count: int | Literal["auto"]) -> int:
    """The number of workers that the setting stands for."""
    return usable_cores() if count == "auto" else count


def usable_cores(cpu_max: Path = CPU_MAX) -> int:
    """The cores that this process may run on, or fewer where a container is not given all their time; at least one."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, min(cores, quota(cpu_max, cores)))


def quota(cpu_max: Path, cores: int) -> int:
    """How many whole cores' time the control group gives, rounded up; ``cores`` where it says nothing."""
    try:
        given, period = cpu_max.read_text(encoding="ascii").split()
        return math.ceil(int(given) / int(period))
    except (OSError, ValueError):  # ValueError: "max" is no limit
        return cores
