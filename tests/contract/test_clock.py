"""The clock's timers on real time."""

import logging
import threading
from queue import Queue

import pytest

from tray.infrastructure.clock import SystemClock


def timers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "timers"}


def test_actions_run_in_order_of_time_on_one_thread() -> None:
    clock, done = SystemClock(), Queue[tuple[str, str, float]]()

    def note(name: str) -> None:
        done.put((name, threading.current_thread().name, clock.now()))

    def arm() -> None:
        for name, seconds in (("c", 0.06), ("a", 0.02), ("b", 0.04), ("b2", 0.04)):
            clock.call_later(seconds, lambda name=name: note(name))  # type: ignore[misc]

    start = clock.now()
    # On the clock's thread: none runs before all are set.
    clock.call_later(0, arm)
    ran = [done.get(timeout=5) for _ in range(4)]
    clock.close()
    assert [name for name, _, _ in ran] == ["a", "b", "b2", "c"]
    assert {thread for _, thread, _ in ran} == {"timers"}
    assert ran[0][2] - start >= 0.02
    assert ran[3][2] - start >= 0.06


def test_an_earlier_timer_overtakes_a_waiting_one() -> None:
    clock, done = SystemClock(), Queue[int]()
    clock.call_later(60, lambda: done.put(1))
    clock.call_later(0.01, lambda: done.put(2))
    assert done.get(timeout=5) == 2
    clock.close()


def test_a_failing_action_is_logged_and_does_not_stop_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, done = SystemClock(), threading.Event()
    clock.call_later(0, lambda: print(1 // 0))
    clock.call_later(0.01, done.set)
    with caplog.at_level(logging.ERROR):
        assert done.wait(5)
    clock.close()
    assert "ZeroDivisionError" in caplog.text


def test_close_drops_timers_and_ends_the_thread() -> None:
    before = timers()
    clock, done = SystemClock(), threading.Event()
    clock.call_later(60, done.set)
    assert timers() - before
    clock.close()
    clock.close()
    clock.call_later(0, done.set)
    assert not timers() - before
    assert not done.wait(0.1)


def test_an_action_may_close_the_clock_and_set_timers() -> None:
    clock, done = SystemClock(), threading.Event()

    def last() -> None:
        clock.close()
        done.set()

    clock.call_later(0, lambda: clock.call_later(0, last))
    assert done.wait(5)


def test_a_clock_without_timers_has_no_thread() -> None:
    before = timers()
    clock = SystemClock()
    assert clock.now() <= clock.now()
    assert not timers() - before
    clock.close()
