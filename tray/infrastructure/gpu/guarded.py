"""A reader asked on a thread of its own: a blocked call costs one thread and no time."""

import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

from tray.infrastructure.gpu.reader import (
    NOBODY,
    GpuReader,
    Pids,
    ReaderBusy,
    ReaderError,
    ReaderFailed,
)
from tray.models.metrics import GpuMetrics

_STALE_SECONDS = 2.0
_CLOSE_SECONDS = 0.3

_Outcome = tuple[GpuMetrics, ...] | ReaderError


class GuardedReader:
    """Answers within the given limit whatever the reader does.

    While a call is blocked no other one is started: there is one worker at
    most, and it is used again as soon as its call returns.
    """

    def __init__(self, reader: GpuReader, clock: Callable[[], float] = time.monotonic) -> None:
        self._reader = reader
        self._clock = clock
        self._worker: _Worker | None = None
        self._asked_at: float | None = None

    @property
    def name(self) -> str:
        """The reader's own name."""
        return self._reader.name

    def read(self, limit_seconds: float, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        """Measure; raises ReaderError. An earlier call still blocked is not waited for."""
        worker = self._worker = self._worker or _Worker(self._reader, self._clock)
        overdue = self._asked_at is not None
        if overdue and (late := worker.answer(0.0)) is not None:
            self._asked_at = None
            if self._clock() - late[0] < _STALE_SECONDS:
                return _unwrap(late[1])
            overdue = False
        if self._asked_at is None:
            self._asked_at = self._clock()
            worker.ask(engine)
        answer = worker.answer(0.0 if overdue else limit_seconds)
        if answer is None:
            waiting = self._clock() - self._asked_at
            raise ReaderBusy(f"no answer for {waiting:.1f} s", waiting)
        self._asked_at = None
        return _unwrap(answer[1])

    def rest(self) -> None:
        """End the idle worker and close the reader; a blocked worker is kept."""
        if self._asked_at is None and self._worker is not None:
            self._worker.end()
            self._worker = None

    def close(self) -> None:
        """Close the reader, waiting only briefly; a blocked call dies with the process."""
        if self._worker is not None:
            self._worker.end()
            self._worker.join(_CLOSE_SECONDS)
            self._worker = None


class _Worker:
    def __init__(self, reader: GpuReader, clock: Callable[[], float]) -> None:
        self._reader = reader
        self._clock = clock
        self._requests: SimpleQueue[Pids | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[float, _Outcome]] = SimpleQueue()
        self._thread = Thread(target=self._work, name=f"gpu-{reader.name}", daemon=True)
        self._thread.start()

    def ask(self, engine: Pids) -> None:
        self._requests.put(engine)

    def answer(self, seconds: float) -> tuple[float, _Outcome] | None:
        try:
            return self._answers.get(timeout=seconds) if seconds > 0 else self._answers.get(False)
        except Empty:
            return None

    def end(self) -> None:
        self._requests.put(None)

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _work(self) -> None:
        while (engine := self._requests.get()) is not None:
            outcome = self._outcome(engine)
            # When it came: a driver that is always slow tells how it is by then.
            self._answers.put((self._clock(), outcome))
        self._reader.close()

    def _outcome(self, engine: Pids) -> _Outcome:
        try:
            return self._reader.read(engine)
        except ReaderError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a thread's end; a driver's binding may throw anything
            return ReaderFailed(f"{type(error).__name__}: {error}")


def _unwrap(outcome: _Outcome) -> tuple[GpuMetrics, ...]:
    if isinstance(outcome, ReaderError):
        raise outcome
    return outcome
