"""Pure: NVML's lists of processes -> how much of a GPU's memory some of them hold."""

import os
import sys
from collections.abc import Iterable
from typing import Protocol

from tray.infrastructure.gpu.reader import Pids

_INITIAL_PID_NAMESPACE = 0xEFFFFFFC


class ListedProcess(Protocol):
    """A process using a GPU; ``usedGpuMemory`` is in bytes, ``None`` under WDDM."""

    @property
    def pid(self) -> int: ...

    @property
    def usedGpuMemory(self) -> int | None: ...  # noqa: N802 - pynvml's name


def held_by(
    pids: Pids,
    compute: Iterable[ListedProcess] | None,
    graphics: Iterable[ListedProcess] | None,
) -> int | None:
    """Bytes the processes hold; ``None`` where a list is missing or does not tell.

    A process that computes and draws stands in both lists with the same sum.
    """
    if compute is None or graphics is None:
        return None
    held: dict[int, int] = {}
    for process in (*compute, *graphics):
        if process.pid in pids:
            if process.usedGpuMemory is None:
                return None
            held[process.pid] = max(held.get(process.pid, 0), process.usedGpuMemory)
    return sum(held.values())


def sees_host_pids() -> bool:
    """Whether NVML's pids are ours: in a container it still tells the host's."""
    if sys.platform != "linux":
        return True
    try:
        return os.stat("/proc/self/ns/pid").st_ino == _INITIAL_PID_NAMESPACE
    except OSError:
        return False
