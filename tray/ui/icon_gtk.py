"""pystray on GTK: an AppIndicator where the library is installed, else a status icon."""

from collections.abc import Callable
from typing import Any

import pystray
from gi.repository import Gdk, GLib

from tray.ui.tray_menu import Entry
from tray.ui.tray_ports import Position

PANEL_PIXELS = 22
"""What Xfce and KDE ask for and GNOME scales the least."""


class GtkIcon(pystray.Icon):  # type: ignore[misc]
    """Adds what pystray lacks: labels changed in place, middle click, a quiet end."""

    on_loop: Callable[[], None] | None = None
    """Called on the main thread when the loop is about to run."""

    def _mark_ready(self) -> None:
        if self.on_loop is not None:
            self.on_loop()
        super()._mark_ready()

    def _update_menu(self) -> None:
        super()._update_menu()
        GLib.idle_add(self._open_chat_by_middle_click)

    def _open_chat_by_middle_click(self) -> None:
        indicator, menu = getattr(self, "_appindicator", None), self._menu_handle
        if indicator is not None and menu is not None:
            indicator.set_secondary_activate_target(menu.get_children()[0])

    def _finalize(self) -> None:
        try:
            super()._finalize()
        except GLib.Error as error:
            # Without a notification daemon there is nothing to take back.
            self._log.debug("%s", error)

    def relabel(self, entries: tuple[Entry, ...]) -> None:
        """Change live labels in the menu that is there, even while it is open."""
        GLib.idle_add(self._relabel, entries)

    def _relabel(self, entries: tuple[Entry, ...]) -> None:
        items: list[Any] = self._menu_handle.get_children() if self._menu_handle else []
        if len(items) == len(entries):
            for item, entry in zip(items, entries, strict=True):
                if entry.live and item.get_label() != entry.label:
                    item.set_label(entry.label)

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
