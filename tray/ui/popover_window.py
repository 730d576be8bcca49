"""The shell's own code, which runs in the popover process.

It opens the one page it is told, obeys the lines on standard input, reports on
standard output, and ends with its input. It knows nothing of the server and
gives the page no Python: ``js_api`` is ``None``.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, TextIO

from tray.models.popover import (
    HIDDEN,
    NO_WEBVIEW,
    SHOWN,
    Command,
    Hide,
    Hold,
    Quit,
    Show,
    Toggle,
    parse,
)
from tray.ui.popover.native import Make, NativeWindow

WIDTH, HEIGHT = 380, 480
SMALLEST = (320, 360)
REOPEN = 0.3
"""Pressing a hotkey may take the focus, which hides: seconds it still means "close"."""
NO_PAGE = "mshtml"
"""Internet Explorer's engine, which pywebview takes on a Windows without WebView2."""


def run() -> int:
    """Show the page whose address is the first line of standard input."""
    url = sys.stdin.readline().strip()
    if not url:
        return 0
    try:
        import webview
    except ImportError as error:
        print(f"pywebview: {error}", file=sys.stderr)
        return NO_WEBVIEW
    webview.settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = False
    window = webview.create_window(
        "Paddock",
        url,
        width=WIDTH,
        height=HEIGHT,
        min_size=SMALLEST,
        hidden=True,
        frameless=True,
        easy_drag=False,
        on_top=True,
    )
    shell = Shell(window, url, sys.stdout)
    threading.Thread(target=shell.obey, args=(sys.stdin,), name="commands", daemon=True).start()
    try:
        webview.start()
    except webview.WebViewException as error:
        print(f"pywebview: {error}", file=sys.stderr)
        return NO_WEBVIEW
    return 0


class Shell:
    """Joins commands, window and reports. Satisfies the native window's Events."""

    def __init__(self, window: Any, url: str, reports: TextIO) -> None:
        self._window = window
        self._url = url
        self._reports = reports
        self._native: NativeWindow | None = None
        self._adopted = threading.Event()
        self._held = False
        self._left_at = float("-inf")
        window.events.before_show += self._adopt
        window.events.closing += self._closing

    def obey(self, lines: TextIO) -> None:
        """Carry out commands until there are no more; then the process ends."""
        for command in _commands(lines):
            if isinstance(command, Quit):
                break
            self._adopted.wait()
            self._carry_out(command)
        # The main loop may be stuck in a dialog or a dead web process; nothing is to be saved.
        os._exit(0)

    def shown(self) -> None:
        self._report(SHOWN)

    def hidden(self) -> None:
        self._report(HIDDEN)

    def left(self) -> None:
        if not self._held:
            self._left_at = time.monotonic()
            self._carry_out(Hide())

    def _adopt(self) -> None:
        import webview

        if webview.renderer == NO_PAGE:
            os._exit(NO_WEBVIEW)
        self._native = _native(webview.renderer)(self, self._url)
        self._native.adopt(self._window)
        self._adopted.set()

    def _closing(self) -> bool:
        """The window manager's close button hides; pywebview takes False for a veto."""
        self._carry_out(Hide())
        return False

    def _carry_out(self, command: Command) -> None:
        native = self._native
        match command:
            case Show(near) if native:
                native.show(near)
            case Toggle() if native and time.monotonic() - self._left_at > REOPEN:
                native.toggle()
            case Hide() if native:
                native.hide()
            case Hold(held):
                self._held = held

    def _report(self, word: str) -> None:
        print(word, file=self._reports, flush=True)


def _commands(lines: TextIO) -> Iterator[Command]:
    # readline, since iterating reads ahead.
    while line := lines.readline():
        command = parse(line)
        if command is not None:
            yield command


def _native(renderer: str | None) -> Make:
    """The window system pywebview chose."""
    if renderer == "gtkwebkit2":
        from tray.ui.popover.gtk import GtkWindow

        return GtkWindow
    from tray.ui.popover.other import CocoaWindow, PlainWindow, QtWindow, WinFormsWindow

    known: dict[str | None, Make] = {
        "qtwebengine": QtWindow,
        "edgechromium": WinFormsWindow,
        "wkwebview": CocoaWindow,
    }
    return known.get(renderer, PlainWindow)
