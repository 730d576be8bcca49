"""Is the screen locked? Told by the desktop when it changes; nothing is polled.

Linux with GLib only. Elsewhere nobody tells, and the screen counts as open.
"""

import importlib
import logging
import os
import sys
from collections.abc import Callable
from typing import Any

_log = logging.getLogger(__name__)
_PATIENCE_MS = 500
_LOGIN = "org.freedesktop.login1"
_SESSION = f"{_LOGIN}.Session"


class ScreenLock:
    """Calls ``on_change`` with True when the screen locks and False when it opens.

    It is called from GLib's main loop, which the icon's toolkit runs.
    """

    def __init__(self, on_change: Callable[[bool], None]) -> None:
        self._on_change = on_change
        self._locked: frozenset[str] = frozenset()
        self._undo: list[Callable[[], None]] = []

    def watch(self) -> None:
        """Subscribe wherever somebody may tell; asks the system bus once. Never raises."""
        if sys.platform != "linux":
            return
        try:
            gio = importlib.import_module("gi.repository.Gio")
            glib = importlib.import_module("gi.repository.GLib")
        except ImportError as error:
            _log.debug("nobody tells when the screen is locked: %s", error)
            return
        for subscribe in (self._watch_savers, self._watch_session):
            try:
                subscribe(gio, glib)
            except glib.Error as error:
                _log.debug("%s: %s", subscribe.__name__, error)

    def close(self) -> None:
        """Hear nothing more."""
        while self._undo:
            self._undo.pop()()

    def _watch_savers(self, gio: Any, _glib: Any) -> None:
        """GNOME, KDE, Xfce, MATE and Cinnamon each have an interface; the signal is the same."""
        bus = gio.bus_get_sync(gio.BusType.SESSION, None)

        def heard(_bus: Any, _from: str, _path: str, name: str, _signal: str, body: Any) -> None:
            if "ScreenSaver" in name and body.get_type_string() == "(b)":
                self._hear("screen saver", body.unpack()[0])

        self._subscribe(gio, bus, heard, (None, None, "ActiveChanged", None, None))

    def _watch_session(self, gio: Any, glib: Any) -> None:
        """What logind knows of the session this process belongs to."""
        bus = gio.bus_get_sync(gio.BusType.SYSTEM, None)
        path = bus.call_sync(
            _LOGIN,
            "/org/freedesktop/login1",
            f"{_LOGIN}.Manager",
            "GetSessionByPID",
            glib.Variant("(u)", (os.getpid(),)),
            None,
            gio.DBusCallFlags.NONE,
            _PATIENCE_MS,
            None,
        ).unpack()[0]

        def heard(_bus: Any, _from: str, _path: str, _name: str, _signal: str, body: Any) -> None:
            changed = body.unpack()[1]
            if "LockedHint" in changed:
                self._hear("session", changed["LockedHint"])

        names = (_LOGIN, "org.freedesktop.DBus.Properties", "PropertiesChanged", path, _SESSION)
        self._subscribe(gio, bus, heard, names)

    def _subscribe(
        self, gio: Any, bus: Any, heard: Callable[..., None], names: tuple[str | None, ...]
    ) -> None:
        """``names``: sender, interface, signal, path, first argument; ``None`` for any."""
        number = bus.signal_subscribe(*names, gio.DBusSignalFlags.NONE, heard)
        self._undo.append(lambda: bus.signal_unsubscribe(number))

    def _hear(self, who: str, locked: bool) -> None:
        before = bool(self._locked)
        self._locked = self._locked | {who} if locked else self._locked - {who}
        if bool(self._locked) != before:
            _log.info("the screen is %s (%s)", "locked" if locked else "open", who)
            self._on_change(bool(self._locked))
