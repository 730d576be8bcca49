"""The hotkey as the settings have it at the moment; nothing of it is loaded without one."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tray.models.failure import PaddockError, ServerFailure
from tray.models.hotkey import Hotkey, HotkeyState, parse_hotkey

if TYPE_CHECKING:
    from tray.infrastructure.hotkey.watch import HotkeyWatch

Listen = Callable[[Hotkey, Callable[[], None]], "HotkeyWatch"]

log = logging.getLogger(__name__)


def _listen(hotkey: Hotkey, pressed: Callable[[], None]) -> "HotkeyWatch":
    from tray.infrastructure.hotkey.watch import watch_hotkey

    return watch_hotkey(hotkey, pressed)


class TrayHotkey:
    """Any thread may call, and every call returns at once.

    ``pressed`` is called at every press and may take its time; ``tell`` is told
    of a combination that cannot be had; ``listen`` is ``watch_hotkey``.
    """

    def __init__(
        self,
        pressed: Callable[[], None],
        tell: Callable[[ServerFailure], None],
        listen: Listen = _listen,
    ) -> None:
        self._pressed = pressed
        self._tell = tell
        self._listen = listen
        self._wanted: str | None = None
        self._closed = False
        self._watch: HotkeyWatch | None = None
        self._changing = threading.Lock()
        self.state = HotkeyState()

    def use(self, keys: str | None) -> None:
        """Listen for this combination from now on; ``None``: for none."""
        if keys == self._wanted or self._closed:
            return
        self._wanted = keys
        threading.Thread(target=self._change, name="hotkey-change", daemon=True).start()

    def close(self) -> None:
        """Hear nothing more; a question that the desktop still asks is left to itself."""
        self._closed = True
        if self._changing.acquire(blocking=False):
            try:
                self._drop()
            finally:
                self._changing.release()

    def _change(self) -> None:
        with self._changing:
            keys = self._wanted
            if keys == self.state.keys:
                return
            self._drop()
            self.state = HotkeyState() if keys is None else self._listening(keys)
            if self._closed:
                self._drop()
        if self.state.problem is not None:
            self._tell(self.state.problem)

    def _listening(self, keys: str) -> HotkeyState:
        try:
            self._watch = self._listen(parse_hotkey(keys), self._hear)
        except PaddockError as error:
            log.warning("%s", error)
            return HotkeyState(keys=keys, problem=error.failure)
        log.info("the hotkey %s opens the chat", keys)
        return HotkeyState(keys=keys, shown=self._watch.shown)

    def _hear(self) -> None:
        threading.Thread(target=self._pressed, name="hotkey-pressed", daemon=True).start()

    def _drop(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
