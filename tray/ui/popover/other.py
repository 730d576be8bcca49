"""Qt, Windows and macOS: pywebview's own show, hide and move, and each one's focus event.

Written from the libraries' sources; docs/PLATFORMS.md says what ran where.
"""

import sys
from typing import Any

from tray.ui.popover.native import Events, Window
from tray.ui.popover.place import Area, beside, corner


class PlainWindow:
    """Satisfies NativeWindow with what pywebview offers everywhere."""

    def __init__(self, events: Events, _url: str) -> None:
        self._events = events
        self._window: Any = None
        self._shown = False

    def adopt(self, window: Window) -> None:
        self._window = window

    def show(self, near: tuple[int, int] | None) -> None:
        self._window.move(*self._position(near))
        self._window.show()
        self._shown = True
        self._events.shown()

    def hide(self) -> None:
        self._window.hide()
        self._shown = False
        self._events.hidden()

    def toggle(self) -> None:
        if self._shown and self._is_active():
            self.hide()
        else:
            self.show(None)

    def _is_active(self) -> bool:
        """Whether it has the focus; yes where nobody tells."""
        return True

    def _position(self, near: tuple[int, int] | None) -> tuple[int, int]:
        import webview

        width, height = self._window.initial_width, self._window.initial_height
        areas = [Area(s.x, s.y, s.width, s.height) for s in webview.screens]
        if near is None:
            return corner(width, height, areas[0], areas[0])
        holds = (a for a in areas if a.x <= near[0] < a.x + a.width)
        return beside(near, width, height, next(holds, areas[0]))


class QtWindow(PlainWindow):
    """A tool window has no taskbar entry; the application tells when it is left."""

    def adopt(self, window: Window) -> None:
        super().adopt(window)
        from qtpy.QtCore import Qt
        from qtpy.QtWidgets import QApplication

        window.native.setWindowFlag(Qt.WindowType.Tool)
        application = QApplication.instance()
        application.applicationStateChanged.connect(self._on_state)

    def _is_active(self) -> bool:
        return bool(self._window.native.isActiveWindow())

    def _on_state(self, state: Any) -> None:
        from qtpy.QtCore import Qt

        if state == Qt.ApplicationState.ApplicationInactive:
            self._events.left()


class WinFormsWindow(PlainWindow):
    """Windows Forms with WebView2."""

    def adopt(self, window: Window) -> None:
        super().adopt(window)
        window.native.ShowInTaskbar = False
        window.native.Deactivate += self._on_deactivate

    def _is_active(self) -> bool:
        return bool(self._window.native.ContainsFocus)

    def _on_deactivate(self, *_: object) -> None:
        self._events.left()


class CocoaWindow(PlainWindow):
    """macOS: no Dock icon; resigning as the active application is leaving."""

    def adopt(self, window: Window) -> None:
        super().adopt(window)
        if sys.platform == "darwin":
            from AppKit import (
                NSApplication,
                NSApplicationActivationPolicyAccessory,
                NSApplicationDidResignActiveNotification,
                NSNotificationCenter,
            )

            application = NSApplication.sharedApplication()
            application.setActivationPolicy_(NSApplicationActivationPolicyAccessory)
            center = NSNotificationCenter.defaultCenter()
            center.addObserverForName_object_queue_usingBlock_(
                NSApplicationDidResignActiveNotification, None, None, self._on_resign
            )

    def _is_active(self) -> bool:
        if sys.platform == "darwin":
            from AppKit import NSApplication

            return bool(NSApplication.sharedApplication().isActive())
        return True

    def _on_resign(self, _: object) -> None:
        self._events.left()
