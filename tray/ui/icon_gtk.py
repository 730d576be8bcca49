"""pystray on GTK: an AppIndicator where the library is installed, else a status icon."""

from collections.abc import Callable
from typing import Any

import pystray
from gi.repository import Gdk, GLib

from tray.ui.gtk_menu import GtkMenu
from tray.ui.menu_entry import Entry
from tray.ui.palette import PanelTheme
from tray.ui.tray_ports import Position

OnEntry = Callable[[Entry], None]

PANEL_PIXELS = 22
"""What Xfce and KDE ask for and GNOME scales the least."""


class GtkIcon(pystray.Icon):  # type: ignore[misc]
    """Adds what pystray lacks: a menu that changes in place, middle click, a quiet end."""

    _menu_handle: Any = None
    on_loop: Callable[[], None] | None = None
    own_theme: PanelTheme | None = None
    """Called on the main thread when the loop is about to run."""

    def _mark_ready(self) -> None:
        if self.on_loop is not None:
            self.on_loop()
        super()._mark_ready()

    def show_entries(self, entries: tuple[Entry, ...], on_click: OnEntry) -> None:
        """Show the menu, or change the one that is there; it may be open."""
        GLib.idle_add(self._show_entries, entries, on_click)

    def _show_entries(self, entries: tuple[Entry, ...], on_click: OnEntry) -> None:
        indicator = getattr(self, "_appindicator", None)
        if self._menu_handle is None:
            self._gtk_menu = GtkMenu(on_click, mnemonics=indicator is not None)
            self._menu_handle = self._gtk_menu.widget
            if indicator is not None:
                indicator.set_menu(self._menu_handle)
        self._gtk_menu.show(entries)
        if indicator is not None:
            # A middle click, where the panel passes it on, opens the chat without the menu.
            indicator.set_secondary_activate_target(self._menu_handle.get_children()[0])

    def _update_menu(self) -> None:
        """Leave the menu to ``show_entries``: pystray builds a new one after every click."""

    def when_asked_for(self, act: Callable[[], None]) -> None:
        """Call ``act`` as soon as GTK has nothing left to do for the icon."""
        GLib.idle_add(act, priority=GLib.PRIORITY_LOW)

    def _initialize(self) -> None:
        try:
            super()._initialize()
        except GLib.Error as error:
            # No session bus, as in a bare X session or after `su`: nobody notifies, all else works.
            self._log.debug("%s", error)
            self.HAS_NOTIFICATION = False
            self._notifier = _NoNotifier()
            self._mark_ready()

    def _finalize(self) -> None:
        try:
            super()._finalize()
        except GLib.Error as error:
            # Without a notification daemon there is nothing to take back.
            self._log.debug("%s", error)

    @property
    def picture_size(self) -> int:
        monitor = Gdk.Display.get_default().get_monitor(0)
        return PANEL_PIXELS * (monitor.get_scale_factor() if monitor else 1)

    def pointer(self) -> Position | None:
        """Where the pointer is; Wayland tells nobody."""
        display = Gdk.Display.get_default()
        if "Wayland" in type(display).__name__:
            return None
        _, x, y = display.get_default_seat().get_pointer().get_position()
        return x, y


class _NoNotifier:
    def hide(self) -> None:
        """Nothing was shown."""
