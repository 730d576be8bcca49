"""Which process exactly: pids are given again, a start mark on one boot is not."""

import contextlib
import os
import sys
from pathlib import Path

import psutil

from tray.models.base import Frozen

GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


class ProcessMark(Frozen):
    """A process of one boot. ``start`` has no meaning but to be the same or later."""

    pid: int
    start: int

    @classmethod
    def of(cls, pid: int) -> "ProcessMark":
        """The process that has this pid now. Raises psutil.Error when there is none."""
        return cls(pid=pid, start=start_of(pid))

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        with contextlib.suppress(psutil.Error):
            return start_of(self.pid) == self.start and psutil.Process(self.pid).status() not in (
                GONE
            )
        return False


def start_of(pid: int) -> int:
    """When a process started. Raises psutil.Error when there is none.

    On Linux in clock ticks since the boot (/proc/PID/stat, field 22), because
    psutil's create_time moves with the clock; elsewhere in microseconds since
    1970, which those systems store once.
    """
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError as error:
            raise psutil.NoSuchProcess(pid) from error
        # The name in parentheses may hold anything; field 3 follows it.
        return int(stat[stat.rindex(b")") + 2 :].split()[19])
    return int(psutil.Process(pid).create_time() * 1e6)


def boot_id() -> str:
    """Names this boot of the machine; empty when the system does not tell."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    elif sys.platform == "darwin":
        return _sysctl("kern.bootsessionuuid")
    return ""


def own_mark() -> ProcessMark:
    """This process."""
    return ProcessMark.of(os.getpid())


def _sysctl(name: str) -> str:
    """A text of the kernel by sysctlbyname(3); a process is not worth it."""
    import ctypes

    size = ctypes.c_size_t(256)
    text = ctypes.create_string_buffer(size.value)
    failed = ctypes.CDLL(None).sysctlbyname(
        name.encode(), text, ctypes.byref(size), None, ctypes.c_size_t(0)
    )
    return "" if failed else text.value.decode("ascii", "replace")
