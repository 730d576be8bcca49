"""A combination of keys heard everywhere on the desktop: which way this system has."""

import os
import sys
from collections.abc import Callable
from typing import Protocol

from tray.models.hotkey import Hotkey


class HotkeyWatch(Protocol):
    """Hears one combination until it is closed."""

    @property
    def shown(self) -> str | None:
        """The combination in the desktop's own words, where it may differ."""

    def close(self) -> None:
        """Hear nothing more. Any thread; never raises."""


def watch_hotkey(hotkey: Hotkey, pressed: Callable[[], None]) -> HotkeyWatch:
    """Call ``pressed`` at every press, on a thread that it may not hold up.

    May take as long as the desktop asks its user. Raises PaddockError when the
    combination cannot be had. Each way is imported only when it is used.
    """
    if sys.platform == "linux":
        if os.environ.get("WAYLAND_DISPLAY"):
            from tray.infrastructure.hotkey.portal import PortalHotkey

            return PortalHotkey(hotkey, pressed)
        from tray.infrastructure.hotkey.x11 import X11Hotkey

        return X11Hotkey(hotkey, pressed)
    from tray.infrastructure.hotkey.hook import HookedHotkey

    return HookedHotkey(hotkey, pressed)
