"""Which reader is asked when, and what is said when none answers."""

import logging
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from tray.infrastructure.gpu.chain import ReaderChain
from tray.infrastructure.gpu.detect import GpuMonitor
from tray.infrastructure.gpu.guarded import GuardedReader
from tray.infrastructure.gpu.reader import (
    NOBODY,
    Pids,
    ReaderBusy,
    ReaderError,
    ReaderFailed,
    ReaderUnavailable,
)
from tray.models.metrics import GpuMetrics

_A = GpuMetrics(index=0, name="A", load_percent=3.0)
_B = GpuMetrics(index=0, name="B", load_percent=4.0)
_Outcome = tuple[GpuMetrics, ...] | Exception


class FakeReader:
    def __init__(self, name: str, outcome: _Outcome) -> None:
        self.name = name
        self.outcome = outcome
        self.reads = 0
        self.closes = 0
        self.gate = threading.Event()
        self.gate.set()
        self.engine = NOBODY

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        self.reads += 1
        self.engine = engine
        self.gate.wait(20)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def close(self) -> None:
        self.closes += 1


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def _chain(clock: FakeClock, *readers: FakeReader, patience: float = 5.0) -> ReaderChain:
    return ReaderChain("Test", readers, patience_seconds=patience, clock=clock)


def _read(chain: ReaderChain, clock: FakeClock) -> tuple[GpuMetrics, ...] | None:
    return chain.read(clock.now + 5)


def test_the_first_that_answers_is_the_only_one_asked(clock: FakeClock) -> None:
    best, next_best = FakeReader("best", (_A,)), FakeReader("next", (_B,))
    chain = _chain(clock, best, next_best)
    assert _read(chain, clock) == (_A,)
    assert next_best.reads == 0


def test_the_reader_is_told_whose_memory_is_asked_for(clock: FakeClock) -> None:
    reader = FakeReader("one", (_A,))
    monitor = GpuMonitor([_chain(clock, reader)], clock=clock)
    monitor.read(frozenset((7, 8)))
    assert reader.engine == {7, 8}
    monitor.close()


def test_without_any_device_there_is_no_gpu(clock: FakeClock) -> None:
    chain = _chain(clock, FakeReader("one", ReaderUnavailable("no library")))
    assert _read(chain, clock) == ()


@pytest.mark.parametrize("error", [ReaderFailed("dead"), RuntimeError("bug"), ReaderBusy("up", 1)])
def test_a_reader_without_an_answer_is_unknown_never_empty(
    clock: FakeClock, error: Exception
) -> None:
    chain = _chain(clock, FakeReader("one", error), FakeReader("two", ReaderUnavailable("no")))
    assert _read(chain, clock) is None


def test_the_next_one_takes_over_and_gives_back(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    best, next_best = FakeReader("best", (_A,)), FakeReader("next", (_B,))
    chain = _chain(clock, best, next_best)
    assert _read(chain, clock) == (_A,)
    best.outcome = ReaderFailed("lost")
    for _ in range(3):
        assert _read(chain, clock) == (_B,)
    assert best.reads == 2
    best.outcome = (_A,)
    clock.now += 2.1
    assert _read(chain, clock) == (_A,)
    _wait(lambda: next_best.closes == 1)
    assert [record.getMessage() for record in caplog.records] == [
        "Test GPUs: read by best: A",
        "Test GPUs: read by next (best: lost): B",
        "Test GPUs: read by best: A",
    ]


def test_a_failing_reader_is_asked_less_and_less_but_at_least_once_a_minute(
    clock: FakeClock,
) -> None:
    reader = FakeReader("one", ReaderFailed("dead"))
    chain = _chain(clock, reader)
    asked_at: list[float] = []
    for _ in range(400):
        before = reader.reads
        assert _read(chain, clock) is None
        if reader.reads > before:
            asked_at.append(clock.now)
        clock.now += 1
    pauses = [later - earlier for earlier, later in pairwise(asked_at)]
    assert pauses == sorted(pauses)
    assert pauses[0] == 2
    assert pauses[-1] == 60


def test_a_blocked_reader_lets_the_next_one_try_after_a_while(clock: FakeClock) -> None:
    blocked, other = FakeReader("blocked", (_A,)), FakeReader("other", (_B,))
    blocked.gate.clear()
    chain = _chain(clock, blocked, other, patience=0.2)
    assert chain.read(clock.now + 0.05) is None
    assert other.reads == 0
    _wait(lambda: chain.read(clock.now + 0.5) == (_B,))
    blocked.gate.set()
    _wait(lambda: chain.read(clock.now + 0.5) == (_A,))
    chain.close()


def test_a_blocked_call_is_never_repeated_beside_itself() -> None:
    reader = FakeReader("stuck", (_A,))
    reader.gate.clear()
    guarded = GuardedReader(reader)
    for turn in range(50):
        started = time.monotonic()
        with pytest.raises(ReaderBusy):
            guarded.read(0.1)
        assert turn == 0 or time.monotonic() - started < 0.09
    assert reader.reads == 1
    assert _threads_named("gpu-stuck") == 1
    reader.gate.set()
    _wait(lambda: _answers(guarded))
    guarded.close()
    _wait(lambda: _threads_named("gpu-stuck") == 0)
    assert reader.closes == 1


def _threads_named(name: str) -> int:
    return [thread.name for thread in threading.enumerate()].count(name)


def _answers(guarded: GuardedReader) -> bool:
    try:
        return guarded.read(1.0) == (_A,)
    except ReaderError:
        return False


def test_an_old_answer_is_not_shown_as_a_new_one() -> None:
    reader = FakeReader("late", (_A,))
    reader.gate.clear()
    guarded = GuardedReader(reader)
    with pytest.raises(ReaderBusy):
        guarded.read(0.01)
    reader.gate.set()
    end = time.monotonic() + 2.2
    _wait(lambda: time.monotonic() > end)
    reader.outcome = (_B,)
    assert guarded.read(1.0) == (_B,)
    guarded.close()


def test_vendors_count_through_and_a_dead_one_keeps_its_rows(clock: FakeClock) -> None:
    dying, living = FakeReader("dying", (_A,)), FakeReader("living", (_B,))
    monitor = GpuMonitor([_chain(clock, dying), _chain(clock, living)], clock=clock)
    shifted = _B.model_copy(update={"index": 1})
    assert monitor.read() == (_A, shifted)
    dying.outcome = ReaderFailed("dead")
    assert monitor.read() == (GpuMetrics(index=0, name="A"), shifted)
    living.outcome = ReaderFailed("dead too")
    assert monitor.read() is None
    clock.now += 5
    dying.outcome = living.outcome = ReaderUnavailable("pulled out")
    assert monitor.read() == ()
    monitor.close()
