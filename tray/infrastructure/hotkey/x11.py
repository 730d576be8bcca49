"""The hotkey on X11: the server is asked for this one combination and tells of no other key.

pynput would work here, too, but it records every key that is pressed on the
desktop; python-xlib, which pystray brings, can ask for the one.
"""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any

from Xlib import XK, X
from Xlib.display import Display
from Xlib.error import BadAccess, CatchError, ConnectionClosedError, DisplayError

from tray.infrastructure.hotkey.refusal import taken, unusable
from tray.infrastructure.hotkey.spelling import keysym_name
from tray.models.failure import PaddockError
from tray.models.hotkey import Hotkey, Modifier

_MASKS = {
    Modifier.CTRL: X.ControlMask,
    Modifier.ALT: X.Mod1Mask,
    Modifier.SHIFT: X.ShiftMask,
    Modifier.SUPER: X.Mod4Mask,
}
_LOCKS = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)
"""Caps Lock and Num Lock count as modifiers; the combination works under either."""

_log = logging.getLogger(__name__)


class X11Hotkey:
    """Satisfies HotkeyWatch. Its thread waits for the X server and never polls."""

    shown = None

    def __init__(self, hotkey: Hotkey, pressed: Callable[[], None]) -> None:
        """Raises PaddockError when the X server gives the keys to nobody, or has given them."""
        self._hotkey = hotkey
        self._pressed = pressed
        self._closed = False
        self._released_at = -1
        try:
            self._display = Display()
        except (DisplayError, ConnectionClosedError, OSError) as error:
            raise unusable(hotkey, f"The X server cannot be asked ({error}).", "") from error
        self._root = self._display.screen().root
        self._mask = sum(_MASKS[modifier] for modifier in hotkey.modifiers)
        self._code = 0
        try:
            self._grab()
        except BaseException:
            self._display.close()
            raise
        threading.Thread(target=self._listen, name="hotkey", daemon=True).start()

    def close(self) -> None:
        self._closed = True
        # Only a shutdown wakes the thread, which then closes the connection: all grabs end.
        with contextlib.suppress(OSError):
            self._display.display.socket.shutdown(socket.SHUT_RDWR)

    def _grab(self) -> None:
        """Ask for the combination on the keyboard as it is laid out now."""
        symbol = XK.string_to_keysym(keysym_name(self._hotkey.key))
        # A list: what python-xlib gives is an iterator, which is true even when it is empty.
        codes = list(self._display.keysym_to_keycodes(symbol))
        if not codes:
            advice = "Choose another one in the setting popover.hotkey."
            raise unusable(self._hotkey, f"The keyboard has no key {self._hotkey.key}.", advice)
        self._code = min(codes, key=lambda code: code[1])[0]
        refused = CatchError(BadAccess)
        for locks in _LOCKS:
            self._root.grab_key(
                self._code,
                self._mask | locks,
                False,
                X.GrabModeAsync,
                X.GrabModeAsync,
                onerror=refused,
            )
        self._display.sync()
        if refused.get_error():
            self._root.ungrab_key(self._code, X.AnyModifier)
            raise taken(self._hotkey)

    def _listen(self) -> None:
        try:
            while True:
                self._hear(self._display.next_event())
        except Exception as error:  # noqa: BLE001 - the X server's end must not print a trace
            if not self._closed:
                _log.warning("the hotkey %s works no longer: %s", self._hotkey, error)
        with contextlib.suppress(Exception):
            self._display.close()

    def _hear(self, event: Any) -> None:
        if event.type == X.KeyRelease:
            self._released_at = event.time
        elif event.type == X.KeyPress and event.time != self._released_at:
            # A held key repeats: released and pressed again in the same millisecond.
            self._pressed()
        elif event.type == X.MappingNotify and event.request != X.MappingPointer:
            self._display.refresh_keyboard_mapping(event)
            self._root.ungrab_key(self._code, X.AnyModifier)
            try:
                self._grab()
            except PaddockError as error:
                # The next layout may have the key again.
                _log.warning("the hotkey %s rests: %s", self._hotkey, error)
