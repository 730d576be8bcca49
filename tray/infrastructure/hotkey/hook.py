"""The hotkey on Windows and macOS, by pynput; docs/PLATFORMS.md says what ran where.

pynput sees every key that is pressed to find the one combination; what it sees
is compared and forgotten. macOS asks the user to allow that ("Input Monitoring").
"""

from collections.abc import Callable

from pynput import keyboard

from tray.infrastructure.hotkey.spelling import pynput_combination
from tray.models.hotkey import Hotkey


class HookedHotkey:
    """Satisfies HotkeyWatch. pynput's own thread waits for the system and never polls."""

    shown = None

    def __init__(self, hotkey: Hotkey, pressed: Callable[[], None]) -> None:
        self._keys = keyboard.GlobalHotKeys({pynput_combination(hotkey): pressed})
        self._keys.daemon = True
        self._keys.start()

    def close(self) -> None:
        self._keys.stop()
