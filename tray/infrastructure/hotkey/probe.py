"""Would the hotkey work? For the doctor, without a running Paddock."""

import os
import sys

from tray.infrastructure.hotkey.watch import watch_hotkey
from tray.models.failure import PaddockError
from tray.models.hotkey import HotkeyState, parse_hotkey


def probe_hotkey(keys: str | None) -> HotkeyState:
    """Take the combination for a moment, where that asks the user nothing. Never raises."""
    asks = bool(os.environ.get("WAYLAND_DISPLAY"))
    blind = not (asks or os.environ.get("DISPLAY"))
    if keys is None or sys.platform != "linux" or asks or blind:
        return HotkeyState(keys=keys)
    try:
        watch_hotkey(parse_hotkey(keys), _nothing).close()
    except PaddockError as error:
        return HotkeyState(keys=keys, problem=error.failure)
    return HotkeyState(keys=keys)


def _nothing() -> None:
    """The combination was pressed in the very moment it was tried."""
