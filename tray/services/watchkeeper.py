"""Follows the snapshots while nobody looks: makes room for others, tells what matters."""

import logging
import threading
from collections.abc import Callable

from tray.models.metrics import FreedMemory, ServerMetrics
from tray.models.notice import Notice, NoticeKind
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.services.llama.broadcast import Subscription
from tray.services.notices import is_wanted, notice_of
from tray.services.settings_look import SettingsLook
from tray.services.vram_guard import GuardAct, VramGuard, after_unload, look

log = logging.getLogger(__name__)

_STOP_SECONDS = 2.0


class Watchkeeper:
    """A thread of its own. ``free`` unloads unless an answer is under way.

    ``settings`` are looked at in time, whether anything is measured or not. ``tell``
    gets each notice the user wants; ``stay_awake`` is told whether answers are
    written. All on this thread, so they must return soon. ``used`` gets each model
    that is ready.
    """

    def __init__(
        self,
        feed: Subscription,
        settings: SettingsLook,
        free: Callable[[], FreedMemory | None],
        tell: Callable[[Notice], None],
        stay_awake: Callable[[bool], None] = lambda _: None,
        used: Callable[[ModelId], None] = lambda _: None,
    ) -> None:
        self._feed = feed
        self._settings = settings
        self._free = free
        self._tell = tell
        self._stay_awake = stay_awake
        self._awake = False
        self._used = used
        self._sample: ServerMetrics | None = None
        self._before = ModelState()
        self._guard = VramGuard()
        self._thread = threading.Thread(target=self._run, name="watchkeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End the thread; at once unless it is unloading the model."""
        self._feed.close()
        self._thread.join(_STOP_SECONDS)
        self._stay_awake(False)

    def _run(self) -> None:
        while not self._feed.closed:
            state = self._feed.get(self._settings.waits)
            try:
                self._settings.look()
                if state is not None:
                    self.follow(state)
            except Exception:
                log.exception("a snapshot could not be followed")

    def follow(self, state: ModelState) -> None:
        """Judge one snapshot; what the thread does with each."""
        notice = notice_of(self._before, state)
        if _became_ready(self._before, state) and state.model is not None:
            self._used(state.model)
        self._before = state
        self._keep_awake(state)
        if notice is not None:
            self._say(notice)
        if state.metrics is None or state.metrics == self._sample:
            return
        self._sample = state.metrics
        self._guard, act = look(self._guard, state, self._settings.current.vram_guard)
        if act is GuardAct.UNLOAD:
            self._make_room(state)
        elif act is GuardAct.OFFER:
            self._say(Notice(kind=NoticeKind.ROOM_AGAIN, model=state.model))

    def _keep_awake(self, state: ModelState) -> None:
        """While answers are written; an engine that hangs may hang all night."""
        writing = state.active_chats > 0 and not state.stalled
        answering = writing and self._settings.current.power.stay_awake
        if answering is not self._awake:
            self._awake = answering
            self._stay_awake(answering)

    def _make_room(self, state: ModelState) -> None:
        log.info("another program needs the GPU's memory: the model is unloaded")
        freed = self._free()
        if freed is None:
            return
        self._guard = after_unload(freed)
        self._say(Notice(kind=NoticeKind.UNLOADED_FOR_OTHERS, model=state.model, freed=freed))

    def _say(self, notice: Notice) -> None:
        if is_wanted(notice, self._settings.current.notifications):
            self._tell(notice)


def _became_ready(before: ModelState, now: ModelState) -> bool:
    ready = now.phase is ServerPhase.READY
    return ready and (before.phase is not ServerPhase.READY or before.run != now.run)
