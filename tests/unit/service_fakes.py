"""Ports of the service under a test's control."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.unit.lifecycle_world import FAILURE, READY, spec_for
from tray.models.chat import ChatChunk, ChatRequest, ContentChunk, FinishChunk, FinishReason
from tray.models.config import LlamaCppConfig
from tray.models.failure import PaddockError, ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo, Vitals


class FakeProcess:
    """An engine that ends when it is asked to, unless it is told to be stubborn."""

    def __init__(
        self,
        on_started: Callable[[int], None],
        on_exit: Callable[[ServerFailure, bool], None],
        may_be_ready: threading.Event,
        ready: ReadyInfo = READY,
    ) -> None:
        self.may_be_ready = may_be_ready
        self.ready = ready
        self.pid: int | None = 4711
        self.stubborn = False
        self.ended = False
        self._on_exit = on_exit
        self.seen = Vitals()
        self.slots_asked = 0
        self.looked = threading.Event()
        on_started(4711)

    def terminate(self) -> None:
        if not self.stubborn:
            self.end()

    def kill(self) -> None:
        self.end()

    def wait_until_ready(
        self, cancelled: threading.Event, on_stalled: Callable[[bool], None]
    ) -> ReadyInfo | None:
        while not self.may_be_ready.wait(0.005):
            if cancelled.is_set():
                return None
        return self.ready

    def vitals(self, *, ask_slots: bool) -> Vitals:
        self.slots_asked += ask_slots
        self.looked.set()
        return self.seen

    def end(self, retryable: bool = False) -> None:
        if not self.ended:
            self.ended = True
            self._on_exit(FAILURE, retryable)


class FakeEngines:
    """Prepares and spawns at once; becomes ready when ``may_be_ready`` is set."""

    def __init__(self) -> None:
        self.processes: list[FakeProcess] = []
        self.may_be_ready = threading.Event()
        self.may_be_ready.set()
        self.ready = READY
        self.refuse_prepare: Exception | None = None
        self.refuse_spawn: PaddockError | None = None

    def prepare(self, config: LlamaCppConfig) -> LaunchSpec:
        if self.refuse_prepare is not None:
            raise self.refuse_prepare
        return spec_for(config.alias or "demo")

    def spawn(
        self,
        spec: LaunchSpec,
        on_started: Callable[[int], None],
        on_paused: Callable[[bool], None],
        on_exit: Callable[[ServerFailure, bool], None],
    ) -> FakeProcess:
        if self.refuse_spawn is not None:
            raise self.refuse_spawn
        self.processes.append(FakeProcess(on_started, on_exit, self.may_be_ready, self.ready))
        return self.processes[-1]


class FakeAnswer:
    """Says "one", then waits to be released or closed; ``waiting`` tells that its reader does."""

    def __init__(self, silent: bool = False) -> None:
        self.waiting = threading.Event()
        self.release = threading.Event()
        self.closed = False
        self.silent = silent

    def __iter__(self) -> Iterator[ChatChunk]:
        if not self.silent:
            yield ContentChunk(text="one")
        self.waiting.set()
        self.release.wait(10)
        reason = FinishReason.CANCELLED if self.closed else FinishReason.STOP
        yield FinishChunk(reason=reason)

    def close(self) -> None:
        self.closed = True
        self.release.set()


@dataclass
class FakeChats:
    answers: list[FakeAnswer] = field(default_factory=list)
    silent: bool = False

    def stream(self, spec: LaunchSpec, request: ChatRequest) -> FakeAnswer:
        self.answers.append(FakeAnswer(self.silent))
        return self.answers[-1]


@dataclass
class FakeClock:
    """Time stands still; timers fire when the test says so."""

    time: float = 0.0
    timers: list[Callable[[], None]] = field(default_factory=list)
    armed: threading.Event = field(default_factory=threading.Event)

    def now(self) -> float:
        return self.time

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        self.timers.append(action)
        self.armed.set()

    def fire(self) -> None:
        timers, self.timers = self.timers, []
        self.armed.clear()
        for action in timers:
            action()


@dataclass
class FakeWatch:
    watched: list[int | None] = field(default_factory=list)

    def watch(self, pid: int | None) -> None:
        self.watched.append(pid)
