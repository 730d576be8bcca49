"""The icon through pystray. Loads the desktop's toolkit: import it only to show an icon."""

import logging
import sys
from collections.abc import Callable, Iterator
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any

import pystray

from tray.ui.menu_entry import SEPARATOR, Entry
from tray.ui.palette import PanelTheme
from tray.ui.tray_ports import OnClick

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

NAME = "paddock"
_WINDOWS_TITLE, _WINDOWS_TEXT = 63, 255
"""UTF-16 units Windows keeps of a notification."""


class PystrayHost:
    """Satisfies IconHost. ``on_loop`` is called on the main thread before the loop runs."""

    def __init__(self, on_loop: Callable[[], None]) -> None:
        self._on_click: OnClick | None = None
        self._entries: tuple[Entry, ...] = ()
        self._running = Event()
        self._stopping = Event()
        self._icon = _platform_icon()(NAME, menu=pystray.Menu(self._items))
        self._icon.on_loop = on_loop
        self.size: int = self._icon.picture_size

    @property
    def has_menu(self) -> bool:
        """Whether a click shows the menu; the plainest backend has none."""
        return bool(self._icon.HAS_MENU)

    def theme(self, dark: bool) -> PanelTheme:
        own: PanelTheme | None = self._icon.own_theme
        return own or (PanelTheme.DARK if dark else PanelTheme.LIGHT)

    def run(self, on_click: OnClick, on_ready: Callable[[], None]) -> None:
        self._on_click = on_click

        def setup(icon: Any) -> None:
            self._running.set()
            if self._stopping.is_set():
                icon.stop()
                return
            try:
                icon.visible = True
            except Exception as error:  # noqa: BLE001 - Paddock without an icon is Paddock still
                log.warning("the icon cannot be shown yet: %s", error)
            icon.when_asked_for(on_ready)

        self._icon.run(setup)

    def stop(self) -> None:
        self._stopping.set()
        # Before its loop runs pystray forgets that it was asked to stop.
        if self._running.is_set():
            self._icon.stop()

    def show_picture(self, image: "Image") -> None:
        self._icon.icon = image
        if self._running.is_set() and not self._stopping.is_set():
            # Again, where the desktop refused it before.
            self._icon.visible = True

    def show_tooltip(self, text: str) -> None:
        self._icon.title = text

    def show_menu(self, entries: tuple[Entry, ...]) -> None:
        self._entries = entries
        self._icon.show_entries(entries, self._clicked)

    def notify(self, title: str, text: str) -> None:
        if self._running.is_set() and self._icon.HAS_NOTIFICATION:
            from tray.ui import present

            self._icon.notify(
                present.shorten(text, _WINDOWS_TEXT), present.shorten(title, _WINDOWS_TITLE)
            )

    def _items(self) -> Iterator[Any]:
        return map(self._item, self._entries)

    def _item(self, entry: Entry) -> Any:
        if entry is SEPARATOR:
            return pystray.Menu.SEPARATOR
        action: Any = partial(self._clicked, entry)
        if entry.submenu:
            action = pystray.Menu(*map(self._item, entry.submenu))
        chosen = entry.chosen
        return pystray.MenuItem(
            _escaped(entry.label),
            action,
            checked=None if chosen is None else lambda _: chosen,
            radio=chosen is not None,
            default=entry.default,
            enabled=entry.enabled,
        )

    def _clicked(self, entry: Entry, *_: Any) -> None:
        if self._on_click is not None:
            self._on_click(entry, self._icon.pointer())


def _escaped(label: str) -> str:
    """Windows underlines the character after a single ``&``."""
    return label.replace("&", "&&") if sys.platform == "win32" else label


def _platform_icon() -> Any:
    """The class for this platform and for the backend pystray found."""
    if sys.platform == "win32":
        from tray.ui.icon_windows import WindowsIcon

        return WindowsIcon
    if sys.platform == "darwin":
        from tray.ui.icon_macos import MacIcon

        return MacIcon
    if pystray.Icon.__module__.endswith("_xorg"):
        from tray.ui.icon_xorg import XorgIcon

        return XorgIcon
    from tray.ui.icon_gtk import GtkIcon

    return GtkIcon
