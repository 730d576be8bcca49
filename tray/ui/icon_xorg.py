"""pystray on plain X11, without GTK: an icon whose click opens the chat, and no menu."""

from collections.abc import Callable
from typing import Any

import pystray
from Xlib import X
from Xlib.error import DisplayError

from tray.ui.menu_entry import Entry
from tray.ui.palette import PANELS, PanelTheme
from tray.ui.tray_ports import Position


class XorgIcon(pystray.Icon):  # type: ignore[misc]
    """Adds the click, which pystray 0.19.5 never asks the X server for."""

    _icon: Any
    on_loop: Callable[[], None] | None = None
    own_theme: PanelTheme | None = PanelTheme.DARK
    """Without transparency the icon brings its own dark ground."""
    picture_size = 22

    def __init__(self, *arguments: Any, **named: Any) -> None:
        try:
            super().__init__(*arguments, **named)
        except DisplayError as error:
            raise ImportError(f"no X server ({error})") from error

    def _mark_ready(self) -> None:
        if self.on_loop is not None:
            self.on_loop()
        mask = self._window.get_attributes().your_event_mask
        self._window.change_attributes(event_mask=mask | X.ButtonPressMask)
        super()._mark_ready()

    def _assert_icon_data(self, width: int, height: int) -> None:
        """X11 draws transparent pixels in whatever colour they have."""
        if self._icon.mode == "RGBA":
            from PIL import Image

            ground = Image.new("RGBA", self._icon.size, (*PANELS[PanelTheme.DARK], 255))
            self._icon = Image.alpha_composite(ground, self._icon).convert("RGB")
        super()._assert_icon_data(width, height)

    def when_asked_for(self, act: Callable[[], None]) -> None:
        """Call ``act``: the desktop is told as soon as the icon is made visible."""
        act()

    def show_entries(self, _: tuple[Entry, ...], __: Callable[[Entry], None]) -> None:
        """There is no menu."""

    def pointer(self) -> Position | None:
        place = self._display.screen().root.query_pointer()
        return place.root_x, place.root_y
