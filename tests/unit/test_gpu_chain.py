"""Which reader is asked when, and what is said when none answers."""

import contextlib
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
    ReaderFailed,
    ReaderUnavailable,
)
from tray.models.metrics import GpuMetrics

_A = GpuMetrics(index=0, name="A", load_percent=3.0)
_B = GpuMetrics(index=0, name="B", load_percent=4.0)
_LOGGER = "tray.infrastructure.gpu.chain"
_PATIENCE = 5.0
_LIMIT = 10.0
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
        outcome = self.outcome
        self.engine = engine
        self.reads += 1
        self.gate.wait(20)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

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


def _chain(clock: FakeClock, *readers: FakeReader) -> ReaderChain:
    return ReaderChain("Test", readers, patience_seconds=_PATIENCE, clock=clock)


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
    caplog.set_level(logging.INFO, _LOGGER)
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
    said = [record.getMessage() for record in caplog.records if record.name == _LOGGER]
    assert said == [
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
    chain = _chain(clock, blocked, other)
    assert chain.read(clock.now) is None
    assert other.reads == 0
    clock.now += _PATIENCE
    assert _read(chain, clock) == (_B,)
    blocked.gate.set()
    _wait(lambda: _read(chain, clock) == (_A,))
    chain.close()


def test_a_blocked_call_is_never_repeated_beside_itself_nor_waited_for() -> None:
    reader = FakeReader("stuck", (_A,))
    guarded = _asked(reader, FakeClock())
    started = time.monotonic()
    for _ in range(50):
        with pytest.raises(ReaderBusy):
            guarded.read(_LIMIT)
    assert time.monotonic() - started < _LIMIT
    assert reader.reads == 1
    assert _threads_named("gpu-stuck") == 1
    reader.gate.set()
    assert _first_answer(guarded) == (_A,)
    guarded.close()
    _wait(lambda: _threads_named("gpu-stuck") == 0)
    assert reader.closes == 1


def _asked(reader: FakeReader, clock: FakeClock) -> GuardedReader:
    """One whose first call is blocked."""
    reader.gate.clear()
    guarded = GuardedReader(reader, clock)
    with pytest.raises(ReaderBusy):
        guarded.read(0.0)
    _wait(lambda: reader.reads == 1)
    return guarded


def _threads_named(name: str) -> int:
    return [thread.name for thread in threading.enumerate()].count(name)


def _first_answer(guarded: GuardedReader) -> tuple[GpuMetrics, ...]:
    found: list[tuple[GpuMetrics, ...]] = []

    def answers() -> bool:
        with contextlib.suppress(ReaderBusy):
            found.append(guarded.read(_LIMIT))
        return bool(found)

    _wait(answers)
    return found[0]


@pytest.mark.parametrize(("age", "shown"), [(1.9, _A), (2.0, _B)])
def test_an_old_answer_is_not_shown_as_a_new_one(
    clock: FakeClock, age: float, shown: GpuMetrics
) -> None:
    reader = FakeReader("late", (_A,))
    guarded = _asked(reader, clock)
    reader.outcome = (_B,)
    reader.gate.set()
    _wait_for_the_late_answer(guarded)
    clock.now += age
    assert _first_answer(guarded) == (shown,)
    guarded.close()


def test_a_reader_that_is_always_slow_is_shown(clock: FakeClock) -> None:
    reader = FakeReader("slow", (_A,))
    guarded = _asked(reader, clock)
    clock.now += 60
    reader.gate.set()
    _wait_for_the_late_answer(guarded)
    reader.outcome = (_B,)
    assert _first_answer(guarded) == (_A,)
    guarded.close()


def _wait_for_the_late_answer(guarded: GuardedReader) -> None:
    worker = guarded._worker
    assert worker is not None
    _wait(lambda: not worker._answers.empty())


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
