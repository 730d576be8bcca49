"""Engines made of shell scripts, under the real guard."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests import processes
from tray.infrastructure.llama.supervision.guarded_process import GuardedProcess
from tray.models.config import EngineKind
from tray.models.failure import PaddockError
from tray.models.launch import ExitStatus, LaunchSpec
from tray.models.state import EngineInfo, ModelId

WAIT = 10.0


def shell_spec(script: str, folder: Path, *, program: str = "/bin/bash") -> LaunchSpec:
    return LaunchSpec(
        argv=(program, "-c", script),
        environment={"PATH": "/usr/bin:/bin"},
        working_directory=folder,
        port=1,
        api_key="k" * 32,
        alias="shell",
        engine=EngineInfo(kind=EngineKind.EXECUTABLE),
        model=ModelId(name="shell"),
        display="shell",
    )


@dataclass
class Collected:
    """An OutputSink that counts and keeps the end."""

    size: int = 0
    end: bytes = b""

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        self.end = (self.end + data)[-4096:]

    def tail(self, count: int) -> tuple[str, ...]:
        return tuple(self.end.decode().splitlines()[-count:])

    def close(self) -> None:
        pass


@dataclass
class Guarded:
    """One engine under the guard, and what was heard of it."""

    script: str
    folder: Path
    program: str = "/bin/bash"
    output: Collected = field(default_factory=Collected)
    started: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    pauses: list[bool] = field(default_factory=list)
    exits: list[ExitStatus] = field(default_factory=list)
    failures: list[PaddockError] = field(default_factory=list)

    def __post_init__(self) -> None:
        spec = shell_spec(self.script, self.folder, program=self.program)
        self.process = GuardedProcess(
            spec,
            self.output,
            lambda _: self.started.set(),
            self.pauses.append,
            self._exited,
            self._failed,
        )

    def _exited(self, status: ExitStatus) -> None:
        self.exits.append(status)
        self.ended.set()

    def _failed(self, error: PaddockError) -> None:
        self.failures.append(error)
        self.ended.set()

    def family(self, count: int) -> list[psutil.Process]:
        """The engine and its descendants, once there are ``count`` of them."""
        assert self.started.wait(WAIT)
        return settled(guard_of(self.process), count)


def guard_of(process: GuardedProcess) -> psutil.Process:
    assert process.pid is not None
    parent = psutil.Process(process.pid).parent()
    assert parent is not None
    return parent


def settled(guard: psutil.Process, count: int) -> list[psutil.Process]:
    """The descendants, once there are so many and all but the engine have become ``sleep``."""

    def is_settled() -> bool:
        found = guard.children(recursive=True)
        busy = [process for process in found if processes.name(process) != "sleep"]
        return len(found) >= count and len(busy) <= 1

    until(is_settled)
    return guard.children(recursive=True)


def until(condition: Callable[[], bool], seconds: float = WAIT) -> None:
    """Wait for a condition; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition never came"
        time.sleep(0.002)


def gone(family: list[psutil.Process]) -> bool:
    return not any(processes.is_alive(member) for member in family)
