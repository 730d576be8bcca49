"""Monotonic time and one-shot timers, all on one thread."""

import heapq
import logging
import time
from collections.abc import Callable
from itertools import count
from threading import Condition, Thread, current_thread

_log = logging.getLogger(__name__)


def wall_clock() -> float:
    """Seconds since 1970, for what people see; it may be set forward or back."""
    return time.time()


class SystemClock:
    """Implements the actor's Clock port; actions run one after another on its thread."""

    def __init__(self) -> None:
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def now(self) -> float:
        """Seconds since an unspecified moment; never goes back."""
        return time.monotonic()

    def call_later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` once in ``seconds``; it must be short. Ignored when closed."""
        with self._changed:
            if self._closed:
                return
            # The number keeps equal times in order and actions from being compared.
            heapq.heappush(self._timers, (self.now() + seconds, next(self._numbers), action))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="timers", daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Drop all timers and end the thread; an action that runs is waited for."""
        with self._changed:
            self._closed = True
            self._timers.clear()
            self._changed.notify()
        if self._thread is not None and self._thread is not current_thread():
            self._thread.join()

    def _run(self) -> None:
        while (action := self._next()) is not None:
            try:
                action()
            except Exception:  # noqa: BLE001 - one bad timer must not end the others
                _log.exception("A timer's action failed")

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closed:
                wait = self._timers[0][0] - self.now() if self._timers else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._timers)[2]
                self._changed.wait(wait)
        return None
