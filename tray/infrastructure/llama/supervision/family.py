"""Finds and ends what one launch left behind; never by name, never by port."""

import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psutil

from tray.infrastructure.llama.supervision.process_identity import GONE, ProcessMark
from tray.models.base import Frozen

NONCE_VARIABLE = "PADDOCK_LAUNCH"
LIMIT = 2.0
PAUSE = 0.01

log = logging.getLogger(__name__)


class LaunchMark(Frozen):
    """By what the processes of one launch are known.

    ``nonce`` is in the environment of all of them and of nobody else.
    ``owner`` is the Paddock that launched them, ``engine`` and ``program`` the
    engine's process and its executable, once known.
    """

    nonce: str
    boot: str
    owner: ProcessMark
    engine: ProcessMark | None = None
    program: str | None = None

    def covers(self, seen: "Seen") -> bool:
        """Whether this process of the same boot belongs to the launch; in doubt it does not.

        Its environment decides. Where that cannot be read, only the engine itself
        is recognized: by pid, start mark and executable.
        """
        if seen.mark.start < self.owner.start:
            return False
        if seen.nonce is not None:
            return seen.nonce == self.nonce
        known = self.engine is not None and self.program is not None
        return known and seen.mark == self.engine and seen.program == self.program


@dataclass(frozen=True)
class Seen:
    """A living process: ``nonce`` is "" without one, ``None`` if it cannot be read."""

    mark: ProcessMark
    nonce: str | None
    program: str | None


def look_at(pid: int) -> Seen | None:
    """What can be known of a process; ``None`` when it is gone or this one."""
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        if pid == os.getpid() or process.status() in GONE:
            return None
        return Seen(ProcessMark.of(pid), _nonce_of(process), _program_of(process))
    return None


def _nonce_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(NONCE_VARIABLE, "")
    except psutil.AccessDenied:
        return None


def _program_of(process: psutil.Process) -> str | None:
    try:
        return process.exe() or None
    except psutil.AccessDenied:
        return None


def end_family(launch: LaunchMark) -> list[str]:
    """SIGKILL every process of the launch until none is left; what was ended, worded.

    Looks again, since a process may have started another one meanwhile; gives
    up after two seconds.
    """
    ended: dict[int, str] = {}
    deadline = time.monotonic() + LIMIT
    while found := [seen for pid in psutil.pids() if (seen := _member(pid, launch))]:
        for seen in found:
            ended[seen.mark.pid] = f"{seen.program or 'process'} ({seen.mark.pid})"
            _kill(seen.mark.pid, launch)
        if time.monotonic() > deadline:
            log.warning("processes of an ended launch cannot be ended: %s", found)
            break
        time.sleep(PAUSE)
    return list(ended.values())


def _member(pid: int, launch: LaunchMark) -> Seen | None:
    seen = look_at(pid)
    return seen if seen is not None and launch.covers(seen) else None


def _kill(pid: int, launch: LaunchMark) -> None:
    """Kill the process only if it is still one that is recognized."""
    with contextlib.suppress(psutil.Error, OSError), _held(pid) as kill:
        if _member(pid, launch):
            kill()


if sys.platform == "linux":

    @contextlib.contextmanager
    def _held(pid: int) -> Iterator[Callable[[], None]]:
        """A pidfd: from here on the pid cannot come to mean another process."""
        handle = os.pidfd_open(pid)
        try:
            yield lambda: signal.pidfd_send_signal(handle, signal.SIGKILL)
        finally:
            os.close(handle)

else:

    @contextlib.contextmanager
    def _held(pid: int) -> Iterator[Callable[[], None]]:
        """psutil compares the start time right before it kills."""
        yield psutil.Process(pid).kill
