"""Watches answers in flight; exists only while there are any."""

import logging
import threading
from collections.abc import Callable

from tray.models.failure import ServerFailure
from tray.models.metrics import ServerMetrics
from tray.services.llama import messages as m
from tray.services.llama.ports import Clock, EngineProcess
from tray.services.llama.stall import ChatProgress, StallJudge

LOOK_EVERY = 1.0

log = logging.getLogger(__name__)

Progress = Callable[[], ChatProgress | None]
Measured = Callable[[], ServerMetrics | None]


class ChatWatch:
    """One run's watch: a thread that looks once a second and posts what it finds.

    ``progress`` tells how the answers stand, ``measured`` gives the last
    measurement of the machine. A standstill is posted at every look, since
    something else may have taken the mark away.
    """

    def __init__(
        self,
        run: int,
        process: EngineProcess,
        clock: Clock,
        progress: Progress,
        measured: Measured,
        post: Callable[[m.Message], None],
    ) -> None:
        self._run = run
        self._process = process
        self._clock = clock
        self._progress = progress
        self._measured = measured
        self._post = post
        self._judge = StallJudge()
        self._stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._watch, name="llama-chat-watch", daemon=True).start()

    def stop(self) -> None:
        """End soon; nothing is posted once a look that is under way is done."""
        self._stopped.set()

    def _watch(self) -> None:
        stalled = False
        while not self._stopped.wait(LOOK_EVERY):
            try:
                failure = self._look()
            except Exception:
                log.exception("the answers cannot be watched")
                return
            if self._stopped.is_set():
                return
            if failure is not None:
                self._post(m.NoProgress(self._run, failure))
            elif stalled:
                self._post(m.Progress(self._run))
            stalled = failure is not None

    def _look(self) -> ServerFailure | None:
        chats = self._progress()
        if chats is None:
            return None
        asks = self._judge.suspects(chats, self._clock.now())
        vitals = self._process.vitals(ask_slots=asks)
        return self._judge.look(chats, vitals, self._gpu_percent(), self._clock.now())

    def _gpu_percent(self) -> float | None:
        metrics = self._measured()
        loads = [gpu.load_percent for gpu in (metrics.gpus if metrics else None) or ()]
        return max((load for load in loads if load is not None), default=None)
