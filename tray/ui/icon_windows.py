"""pystray on Windows."""

from collections.abc import Callable

import pystray
from pystray._util import win32

from tray.ui.menu_entry import Entry
from tray.ui.palette import PanelTheme
from tray.ui.tray_ports import Position

LET_SIGNALS_IN_MS = 500


class WindowsIcon(pystray.Icon):  # type: ignore[misc]
    """Builds the menu when it is asked for, on its own thread: never under an open one."""

    on_loop: Callable[[], None] | None = None
    own_theme: PanelTheme | None = None
    picture_size = 32

    def _mark_ready(self) -> None:
        if self.on_loop is not None:
            self.on_loop()
        # Python hears Ctrl-C between two messages, and else there are none for hours.
        win32.windll.user32.SetTimer(self._hwnd, 1, LET_SIGNALS_IN_MS, None)
        super()._mark_ready()

    def update_menu(self) -> None:
        """Wait for the click; but pystray shows no menu that was never built."""
        if getattr(self, "_menu_handle", None) is None:
            super().update_menu()

    def _on_notify(self, wparam: int, lparam: int) -> None:
        if lparam == win32.WM_RBUTTONUP:
            self._update_menu()
        super()._on_notify(wparam, lparam)

    def when_asked_for(self, act: Callable[[], None]) -> None:
        """Call ``act``: the desktop is told as soon as the icon is made visible."""
        act()

    def show_entries(self, _: tuple[Entry, ...], __: Callable[[Entry], None]) -> None:
        """The next click builds the menu with them."""
        self.update_menu()

    def pointer(self) -> Position | None:
        point = win32.wintypes.POINT()
        win32.GetCursorPos(win32.ctypes.byref(point))
        return point.x, point.y
