"""Memory and CPU time of processes, as Linux counts them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from tests.bench.figures import NotMeasured

_TOP = 5
_LINUX = "only Linux counts shared memory by its share"


def pss(processes: Iterable[psutil.Process]) -> float:
    """Megabytes (10^6): private memory, and of shared pages each process's share."""
    return sum(pss_of(process) for process in processes)


def pss_of(process: psutil.Process) -> float:
    """Megabytes of one process."""
    if sys.platform != "linux":
        raise NotMeasured(_LINUX)
    return float(process.memory_full_info().pss) / 1e6


def whole(processes: Iterable[psutil.Process]) -> float:
    """Megabytes if nobody else had a page in common with these processes.

    Their PSS on a machine where no other Python runs comes close to it; here
    the measurement itself is one.
    """
    if sys.platform != "linux":
        raise NotMeasured(_LINUX)
    private, shared = 0, dict[str, int]()
    for process in processes:
        for mapping in process.memory_maps(grouped=True):
            own = mapping.private_clean + mapping.private_dirty
            private += own
            shared[mapping.path] = max(shared.get(mapping.path, 0), mapping.rss - own)
    return (private + sum(shared.values())) / 1e6


def anatomy(processes: Iterable[psutil.Process]) -> tuple[str, ...]:
    """For each process its size and where most of it lies, in words."""
    return tuple(_described(process) for process in processes)


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """CPU time so far, threads that have ended included, to the nanosecond."""
    return sum(_cpu_nanoseconds(process.pid) for process in processes) / 1e9


def _cpu_nanoseconds(pid: int) -> int:
    if sys.platform != "linux":
        raise NotMeasured("only Linux tells another process's CPU time finely enough")
    # clock_getcpuclockid(3): psutil's ticks of 10 ms are half the allowance.
    return time.clock_gettime_ns(~pid << 3 | 2)


def _described(process: psutil.Process) -> str:
    if sys.platform != "linux":
        raise NotMeasured(_LINUX)
    sizes: dict[str, int] = {}
    for mapping in process.memory_maps(grouped=True):
        name = Path(mapping.path).name
        sizes[name] = sizes.get(name, 0) + mapping.pss
    top = sorted(sizes.items(), key=lambda pair: -pair[1])[:_TOP]
    parts = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in top)
    alone = process.memory_info().rss / 1e6
    return f"{_name(process)}: {pss_of(process):.1f} MB ({parts}; RSS {alone:.1f})"


def _name(process: psutil.Process) -> str:
    words = [Path(word).name for word in process.cmdline() if not word.startswith("-")]
    return " ".join(words[:3])
