"""A small Paddock from outside: obeys, tells its stage, is killed, and what is left of it."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Self

import psutil

from tests.torture.tray import Told
from tray.models.config import LlamaCppConfig
from tray.models.state import ServerPhase

ROOT = Path(__file__).parents[2]
LIMIT = 5.0
PATIENCE = 60.0


class Stage(StrEnum):
    SPAWN = "spawn"
    LOAD = "load"
    STREAM = "stream"
    OTHER = "other"


def stage_of(told: Told) -> Stage:
    """The stage of a snapshot: spawn until there is a pid, load until READY."""
    if told.phase is ServerPhase.STARTING:
        return Stage.SPAWN if told.pid is None else Stage.LOAD
    if told.phase is ServerPhase.READY and told.chats:
        return Stage.STREAM
    return Stage.OTHER


class Victim:
    """One small Paddock in a folder of its own, which is its working directory, too."""

    def __init__(self, folder: Path, config: LlamaCppConfig) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            (sys.executable, "-m", "tests.torture.tray", str(folder), config.model_dump_json()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._line() == "up"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()

    def tell(self, word: str) -> Told:
        assert self.process.stdin is not None
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        return Told.model_validate_json(self._line())

    def wait_for(self, *stages: Stage, ready: bool = False) -> Told:
        """Ask until it is in one of the stages, or READY."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            told = self.tell("state")
            if stage_of(told) in stages or (ready and told.phase is ServerPhase.READY):
                return told
            if told.failure is not None:
                raise RuntimeError(f"the engine did not run: {told.failure}")
            time.sleep(0.001)
        raise RuntimeError(f"never in {stages}")

    def wait_for_a_child(self) -> None:
        """Until its first one exists: a probe of the engine, or the guard."""
        deadline = time.monotonic() + PATIENCE
        while not _children_of(self.process.pid):
            assert time.monotonic() < deadline, "it started nothing"
            time.sleep(0.001)

    def descendants(self) -> list[int]:
        """Guard, engine and whatever else it started, parents first."""
        found = _children_of(self.process.pid)
        for pid in found:
            found += _children_of(pid)
        return found

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()


def _children_of(pid: int) -> list[int]:
    """As the kernel lists them, by thread; psutil would read every process."""
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in file.read_text("ascii").split()]
    return found


class Deathbed:
    """Watches processes end, by pidfds that were opened while they lived."""

    def __init__(self, pids: list[int]) -> None:
        self._handles: dict[int, int] = {}
        for pid in pids:
            with contextlib.suppress(OSError):
                self._handles[_pidfd(pid)] = pid

    def ends(self, since: float) -> dict[int, float]:
        """Milliseconds from ``since`` (monotonic) to each one's end, within the limit."""
        ended: dict[int, float] = {}
        with selectors.DefaultSelector() as selector:
            for handle in self._handles:
                selector.register(handle, selectors.EVENT_READ)
            while selector.get_map() and time.monotonic() < since + LIMIT:
                for key, _ in selector.select(0.1):
                    ended[self._handles[key.fd]] = (time.monotonic() - since) * 1000
                    selector.unregister(key.fd)
        for handle in self._handles:
            os.close(handle)
        return ended


def bare_kill() -> float:
    """Milliseconds from a plain SIGKILL of a busy process to its end."""
    with subprocess.Popen(("yes",), stdout=subprocess.DEVNULL) as process:
        busy = psutil.Process(process.pid)
        deadline = time.monotonic() + LIMIT
        while busy.cpu_times().user == 0 and time.monotonic() < deadline:
            time.sleep(0.001)
        deathbed = Deathbed([process.pid])
        since = time.monotonic()
        process.kill()
        return deathbed.ends(since).get(process.pid, LIMIT * 1000)


def _pidfd(pid: int) -> int:
    if sys.platform == "linux":
        return os.pidfd_open(pid)
    raise OSError("only Linux has pidfds")


def left_in(folder: Path) -> list[psutil.Process]:
    """Processes that work in a folder, and so were started by the Paddock in it."""
    found: list[psutil.Process] = []
    for pid in psutil.pids():
        with contextlib.suppress(OSError):
            where = Path(os.readlink(f"/proc/{pid}/cwd"))
            if where.is_relative_to(folder) and pid != os.getpid():
                with contextlib.suppress(psutil.NoSuchProcess):
                    found.append(psutil.Process(pid))
    return found


def survivors(folder: Path, since: float) -> tuple[int, float]:
    """How many are alive after the limit, and when the last one ended, in milliseconds.

    What survived is ended here.
    """
    clean = 0.0
    while left := left_in(folder):
        clean = (time.monotonic() - since) * 1000
        if time.monotonic() > since + LIMIT:
            break
        time.sleep(0.002)
    for process in left:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return len(left), clean
