"""What a worker itself takes."""

import os
import resource
import sys
import time
from pathlib import Path
from typing import Final

from gateway.telemetry.metrics.figures import Figures

STATM: Final = Path("/proc/self/statm")


def watch_process(figures: Figures, *, worker: str, version: str) -> None:
    """Watch the memory, processor time and age of this worker."""
    started = time.time()
    own = (worker,)
    figures.watch(
        "worker_memory_bytes", "gauge", "Memory of each worker (RSS).", lambda: [(own, resident_bytes())], "worker"
    )
    figures.watch("worker_cpu_seconds", "counter", "Processor time of the workers.", lambda: [(own, cpu())], "worker")
    figures.watch("worker_start_time_seconds", "gauge", "When each worker started.", lambda: [(own, started)], "worker")
    figures.watch("workers", "gauge", "How many workers there are.", lambda: [((version,), 1.0)], "version")


def cpu() -> float:
    times = os.times()
    return times.user + times.system


def resident_bytes() -> float:
    """The memory of this process as the kernel counts it; where that cannot be read, the most it ever had."""
    try:
        return float(STATM.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return float(most if sys.platform == "darwin" else most * 1024)  # macOS counts bytes, others kibibytes
