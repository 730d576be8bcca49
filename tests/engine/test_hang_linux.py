"""An engine that falls silent in the middle of an answer: the rule of 30 seconds, hurried."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.engine_setup import (
    WAIT,
    config_of,
    process_of,
    request,
    running_service,
    started,
)
from tests.engine.fault_setup import FakeEngine, seen_soon
from tray.infrastructure.clock import SystemClock
from tray.models.chat import ChatChunk, FinishChunk, FinishReason
from tray.models.config import EngineKind
from tray.models.failure import FailureCause
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.service import LlamaCppService
from tray.services.llama.stall import STALL_AFTER

assert sys.platform == "linux"
pytestmark = [pytest.mark.engine, pytest.mark.slow]
HURRY = 10.0
SILENCE = STALL_AFTER / HURRY
SEIZE, INTERRUPT, DETACH = 0x4206, 0x4207, 17
EVEN_THREADS = 0x40000000


class HurriedClock(SystemClock):
    """Ten seconds in one."""

    def now(self) -> float:
        return super().now() * HURRY


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LlamaCppService]:
    with running_service(tmp_path, HurriedClock()) as service:
        yield service


def is_stalled(state: ModelState) -> bool:
    return state.stalled


def goes_on(state: ModelState) -> bool:
    return not state.stalled


def hang_of(service: LlamaCppService, answer: Reader) -> ModelState:
    """The mark of a hang, which comes neither early nor late."""
    state = seen_soon(service, is_stalled, SILENCE + 4)
    assert SystemClock().now() - answer.moved_at >= SILENCE
    assert state.phase is ServerPhase.READY
    assert state.failure is not None
    assert (state.failure.cause, state.failure.title) == (
        FailureCause.HUNG,
        "The engine makes no progress",
    )
    return state


def test_pings_and_a_healthy_answer_to_all_else_do_not_hide_a_hang(
    service: LlamaCppService, tmp_path: Path
) -> None:
    engine = FakeEngine(tmp_path, "hangs")
    engine.allow("load")
    started(service, engine.config)
    answer = begun_answer(service)
    state = hang_of(service, answer)
    assert state.failure is not None
    assert "it computes nothing" in state.failure.detail
    engine.allow("token-1")
    assert answer.finish().reason is FinishReason.STOP
    assert seen_soon(service, goes_on).failure is None


def test_a_real_engine_whose_threads_stand_still_hangs_and_goes_on(
    service: LlamaCppService,
) -> None:
    """The bundled one, whose first thread only waits: llama-server computes on it."""
    engine = process_of(started(service, config_of(EngineKind.BUNDLED)))
    threads = Threads(engine.pid)
    answer = halted_answer(service, threads)
    try:
        hang_of(service, answer)
    finally:
        threads.go_on()
    assert answer.finish().reason in (FinishReason.STOP, FinishReason.LENGTH)
    assert seen_soon(service, goes_on).failure is None


class Reader(threading.Thread):
    """One answer, read to its end on a thread of its own; when its last chunk came."""

    def __init__(self, service: LlamaCppService) -> None:
        super().__init__()
        self.moved_at = 0.0
        self._last: ChatChunk | None = None
        self.begun = threading.Event()
        self._answer = service.send_chat_message(request("Tell me all about models.", 900))

    def run(self) -> None:
        for chunk in self._answer:
            self.moved_at, self._last = SystemClock().now(), chunk
            self.begun.set()

    def finish(self) -> FinishChunk:
        self.join(WAIT)
        assert isinstance(self._last, FinishChunk)
        return self._last


def begun_answer(service: LlamaCppService) -> Reader:
    answer = Reader(service)
    answer.start()
    assert answer.begun.wait(WAIT)
    return answer


def halted_answer(service: LlamaCppService, threads: Threads) -> Reader:
    """An answer whose engine was halted in its middle: the small model is quick to end one."""
    while True:
        answer = begun_answer(service)
        threads.halt()
        answer.join(0.5)
        if answer.is_alive():
            return answer
        threads.go_on()


class Threads:
    """All but the first of a process, so that it looks alive while they stand still.

    They are let go of with that: nobody but us would hear of the end of those we trace.
    """

    def __init__(self, pid: int) -> None:
        self._ptrace = ctypes.CDLL(None, use_errno=True).ptrace
        self._threads = [int(name) for name in os.listdir(f"/proc/{pid}/task") if int(name) != pid]
        assert self._threads

    def halt(self) -> None:
        for thread in self._threads:
            self._tell(SEIZE, thread)
            self._tell(INTERRUPT, thread)
        for thread in self._threads:
            os.waitpid(thread, EVEN_THREADS)

    def go_on(self) -> None:
        for thread in self._threads:
            self._tell(DETACH, thread)

    def _tell(self, what: int, thread: int) -> None:
        if self._ptrace(what, thread, None, None) < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
