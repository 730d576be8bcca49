"""The hotkey on Wayland: the desktop portal asks the user and tells of this one combination.

GLib's D-Bus is there already with the icon's toolkit, whose main loop delivers
the portal's signals: no thread, no connection and no library of our own.
https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.GlobalShortcuts.html
"""

import contextlib
import importlib
import itertools
import os
import threading
from collections.abc import Callable
from typing import Any

from tray.infrastructure.hotkey.refusal import unusable
from tray.infrastructure.hotkey.spelling import portal_trigger
from tray.models.failure import PaddockError
from tray.models.hotkey import Hotkey

_PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
_REQUEST = "org.freedesktop.portal.Request"
_SESSION = "org.freedesktop.portal.Session"
_ID = "open-chat"
_PATIENCE_MS = 5000
_DIALOG_SECONDS = 300.0
"""The desktop shows the user a dialog first."""
_GRANTED = 0

_tokens = itertools.count(1)
Subscribed = tuple[str | None, str, str, str | None]
"""Sender, interface, signal and path."""


class PortalHotkey:
    """Satisfies HotkeyWatch. Needs a GLib main loop, which the icon runs."""

    def __init__(self, hotkey: Hotkey, pressed: Callable[[], None]) -> None:
        """Waits until the user has answered. Raises PaddockError when it cannot be had."""
        self._hotkey = hotkey
        self._pressed = pressed
        self._gio, self._glib = self._libraries()
        self._undo: list[Callable[[], None]] = []
        self._session: str | None = None
        self.shown: str | None = None
        try:
            self._bus = self._gio.bus_get_sync(self._gio.BusType.SESSION, None)
            self._bind()
        except self._glib.Error as error:
            self.close()
            raise self._refused(f"The desktop's portal gives no hotkeys ({error.message}).") from (
                error
            )
        except PaddockError:
            self.close()
            raise

    def close(self) -> None:
        while self._undo:
            self._undo.pop()()
        if self._session is not None:
            with contextlib.suppress(self._glib.Error):
                self._call(self._session, _SESSION, "Close", None)
            self._session = None

    def _libraries(self) -> tuple[Any, Any]:
        try:
            gio = importlib.import_module("gi.repository.Gio")
            return gio, importlib.import_module("gi.repository.GLib")
        except ImportError as error:
            raise self._refused(f"The desktop's portal cannot be asked ({error}).") from error

    def _bind(self) -> None:
        variant = self._glib.Variant
        token = variant("s", f"paddock{os.getpid()}")
        made = self._asked("CreateSession", lambda options: variant("(a{sv})", (options,)), token)
        self._session = str(made["session_handle"])
        self._subscribe((_PORTAL, _SHORTCUTS, "Activated", _PATH), self._activated)
        wanted = {
            "description": variant("s", "Open or hide the chat"),
            "preferred_trigger": variant("s", portal_trigger(self._hotkey)),
        }
        bound = self._asked(
            "BindShortcuts",
            lambda options: variant(
                "(oa(sa{sv})sa{sv})", (self._session, [(_ID, wanted)], "", options)
            ),
        )
        shortcuts = dict(bound.get("shortcuts", ()))
        if _ID not in shortcuts:
            raise self._refused("The desktop did not take it.")
        self.shown = str(shortcuts[_ID].get("trigger_description", "")) or None

    def _asked(
        self, method: str, arguments: Callable[[dict[str, Any]], Any], session: Any = None
    ) -> dict[str, Any]:
        """Call a method of the portal and wait for the answer that comes as a signal."""
        variant = self._glib.Variant
        handle = f"paddock{next(_tokens)}"
        options = {"handle_token": variant("s", handle)}
        if session is not None:
            options["session_handle_token"] = session
        sender = self._bus.get_unique_name().lstrip(":").replace(".", "_")
        answers: list[tuple[int, dict[str, Any]]] = []
        answered = threading.Event()

        def heard(*signal: Any) -> None:
            answers.append(signal[-1].unpack())
            answered.set()

        request = f"{_PATH}/request/{sender}/{handle}"
        # Before the call: the answer may come before the call returns.
        self._subscribe((_PORTAL, _REQUEST, "Response", request), heard)
        self._call(_PATH, _SHORTCUTS, method, arguments(options))
        if not answered.wait(_DIALOG_SECONDS):
            raise self._refused("The desktop's question was not answered.")
        code, results = answers[0]
        if code != _GRANTED:
            raise self._refused("The desktop or its user refused it.")
        return results

    def _activated(self, *signal: Any) -> None:
        session, shortcut = signal[-1].unpack()[:2]
        if session == self._session and shortcut == _ID:
            self._pressed()

    def _subscribe(self, names: Subscribed, heard: Callable[..., None]) -> None:
        flags = self._gio.DBusSignalFlags.NONE
        number = self._bus.signal_subscribe(*names, None, flags, heard)
        self._undo.append(lambda: self._bus.signal_unsubscribe(number))

    def _call(self, path: str, interface: str, method: str, arguments: Any) -> None:
        flags = self._gio.DBusCallFlags.NONE
        self._bus.call_sync(
            _PORTAL, path, interface, method, arguments, None, flags, _PATIENCE_MS, None
        )

    def _refused(self, reason: str) -> PaddockError:
        advice = (
            "Where the desktop has no hotkeys for programs, bind `paddock run` to keys in its own "
            "settings: it opens the chat of the Paddock that runs."
        )
        return unusable(self._hotkey, reason, advice)
