"""Is there anything on this desktop that shows a tray icon?"""

import importlib
import os
import shutil
import subprocess
import sys
from enum import StrEnum

_WATCHER = "org.kde.StatusNotifierWatcher"
_PATH = "/StatusNotifierWatcher"
_PROPERTY = "IsStatusNotifierHostRegistered"
_PATIENCE_MS = 2000


class TrayHost(StrEnum):
    """Who would show our icon."""

    BUILT_IN = "built_in"
    STATUS_NOTIFIER = "status_notifier"
    XEMBED = "xembed"
    NONE = "none"
    NO_DISPLAY = "no_display"


def find_tray_host() -> TrayHost:
    """Ask the session bus and the X server; two seconds at most each. Never raises."""
    if sys.platform in ("win32", "darwin"):
        return TrayHost.BUILT_IN
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return TrayHost.NO_DISPLAY
    if _status_notifier():
        return TrayHost.STATUS_NOTIFIER
    return TrayHost.XEMBED if _xembed() else TrayHost.NONE


def _status_notifier() -> bool:
    by_library = _status_notifier_by_library()
    return _status_notifier_by_program() if by_library is None else by_library


def _status_notifier_by_library() -> bool | None:
    """``None`` where PyGObject is not installed."""
    try:
        gio = importlib.import_module("gi.repository.Gio")
        glib = importlib.import_module("gi.repository.GLib")
    except ImportError:
        return None
    try:
        answer = gio.bus_get_sync(gio.BusType.SESSION, None).call_sync(
            _WATCHER,
            _PATH,
            "org.freedesktop.DBus.Properties",
            "Get",
            glib.Variant("(ss)", (_WATCHER, _PROPERTY)),
            None,
            gio.DBusCallFlags.NO_AUTO_START,
            _PATIENCE_MS,
            None,
        )
    except glib.Error:
        return False
    return bool(answer.unpack()[0])


def _status_notifier_by_program() -> bool:
    busctl = shutil.which("busctl")
    if busctl is None:
        return False
    command = [busctl, "--user", "--auto-start=no", "get-property", _WATCHER, _PATH]
    try:
        done = subprocess.run(
            [*command, _WATCHER, _PROPERTY],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE_MS / 1000,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.split() == [b"b", b"true"]


def _xembed() -> bool:
    try:
        x = importlib.import_module("Xlib.display")
        errors = importlib.import_module("Xlib.error")
    except ImportError:
        return False
    try:
        display = x.Display()
    except (errors.DisplayError, errors.ConnectionClosedError, OSError):
        return False
    try:
        selection = display.intern_atom(f"_NET_SYSTEM_TRAY_S{display.get_default_screen()}")
        return bool(display.get_selection_owner(selection))
    finally:
        display.close()
