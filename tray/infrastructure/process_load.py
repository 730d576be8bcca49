"""CPU and memory of one process and of what it started."""

import logging
import os
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import psutil

_log = logging.getLogger(__name__)
_SHORTEST_SPAN_SECONDS = 0.1
# Looking for children scans every process outside Linux.
_CHILDREN_SECONDS = 10.0 if sys.platform == "linux" else 30.0


class Load(NamedTuple):
    """CPU in percent of one core, and memory in bytes.

    ``held`` is the part of ``rss`` that the system will have free once the process is gone.
    """

    cpu_percent: float | None
    rss: int | None
    held: int | None


NO_LOAD = Load(None, None, None)


class ProcessLoad:
    """Measures the process that had this pid when it was made, and no later one."""

    def __init__(self, pid: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises psutil.Error when there is no such process."""
        self._clock = clock
        self._root = _Member(pid, clock)
        self._children: dict[int, _Member] = {}
        self._look_at = 0.0

    def sample(self) -> Load:
        """CPU since the last sample, and memory now.

        CPU is ``None`` at the first sample; all of it is once the process is gone.
        """
        if not self._root.is_same():
            return NO_LOAD
        self._look_for_children()
        members = (self._root, *self._children.values())
        loads = [member.cpu_percent() for member in members]
        known = [load for load in loads if load is not None]
        cpu = None if loads[0] is None else sum(known)
        sizes = [member.memory() for member in members]
        if sizes[0] is None:
            return Load(cpu, None, None)
        rss, held = map(sum, zip(*filter(None, sizes), strict=True))
        return Load(cpu, rss, held)

    @property
    def pids(self) -> frozenset[int]:
        """The process and its children, as last looked for."""
        return frozenset((self._root.process.pid, *self._children))

    def _look_for_children(self) -> None:
        now = self._clock()
        if now < self._look_at:
            return
        self._look_at = now + _CHILDREN_SECONDS
        found: dict[int, _Member] = {}
        for pid in _descendants(self._root.process):
            known = self._children.get(pid)
            try:
                found[pid] = known if known and known.is_same() else _Member(pid, self._clock)
            except psutil.Error:
                continue
        self._children = found


class _Member:
    def __init__(self, pid: int, clock: Callable[[], float]) -> None:
        self.process = psutil.Process(pid)
        self.process.cpu_percent()
        self._clock = clock
        self._since = clock()

    def is_same(self) -> bool:
        try:
            return self.process.is_running()
        except psutil.Error:
            return False

    def cpu_percent(self) -> float | None:
        if self._clock() - self._since < _SHORTEST_SPAN_SECONDS:
            return None
        try:
            return self.process.cpu_percent()
        except psutil.Error:
            return None

    def memory(self) -> tuple[int, int] | None:
        """RSS, and the part that is held."""
        try:
            found = self.process.memory_info()
        except psutil.Error:
            return None
        held = found.rss
        if sys.platform == "linux":
            # Pages of mapped files, of weights above all, count as available even now.
            held -= found.shared
        return int(found.rss), int(held)


def _descendants(root: psutil.Process) -> list[int]:
    if sys.platform == "linux":
        try:
            return _linux_descendants(root.pid)
        except FileNotFoundError:
            _log.debug("no children files under /proc; asking psutil")
    try:
        return [child.pid for child in root.children(recursive=True)]
    except psutil.Error:
        return []


def _linux_descendants(pid: int) -> list[int]:
    """Pids below ``pid`` from the kernel's own lists: no scan of every process."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        tasks = f"/proc/{waiting.pop()}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/children", encoding="ascii") as children:
                pids = [int(word) for word in children.read().split()]
            found += pids
            waiting += pids
    return found
