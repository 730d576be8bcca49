"""pystray on macOS: AppKit wants every call on the main thread."""

from collections.abc import Callable
from typing import Any

import AppKit
import pystray
from PyObjCTools import AppHelper

from tray.ui.menu_entry import Entry
from tray.ui.palette import PanelTheme
from tray.ui.tray_ports import Position


class MacIcon(pystray.Icon):  # type: ignore[misc]
    """Marshals updates to the main thread; the picture is a template for light and dark."""

    on_loop: Callable[[], None] | None = None
    own_theme: PanelTheme | None = PanelTheme.TEMPLATE
    """macOS colours it itself."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        # Else a Python without a bundle gets an icon in the Dock beside the one in the menu bar.
        AppKit.NSApplication.sharedApplication().setActivationPolicy_(
            AppKit.NSApplicationActivationPolicyAccessory
        )
        super().__init__(*arguments, **named)

    def _mark_ready(self) -> None:
        if self.on_loop is not None:
            # Within the loop: on its way there pystray takes Ctrl-C, to exit in no order.
            AppHelper.callAfter(self.on_loop)
        super()._mark_ready()

    def _show(self) -> None:
        AppHelper.callAfter(super()._show)

    def _hide(self) -> None:
        AppHelper.callAfter(super()._hide)

    def _update_icon(self) -> None:
        AppHelper.callAfter(super()._update_icon)

    def _assert_image(self) -> None:
        super()._assert_image()
        self._icon_image.setTemplate_(True)

    def _update_title(self) -> None:
        AppHelper.callAfter(super()._update_title)

    def _update_menu(self) -> None:
        AppHelper.callAfter(super()._update_menu)

    def _stop(self) -> None:
        AppHelper.callAfter(super()._stop)

    def when_asked_for(self, act: Callable[[], None]) -> None:
        """Call ``act``: the desktop is told as soon as the icon is made visible."""
        act()

    def show_entries(self, _: tuple[Entry, ...], __: Callable[[Entry], None]) -> None:
        """Replace the menu."""
        self.update_menu()

    @property
    def picture_size(self) -> int:
        return int(self._status_bar.thickness())

    def pointer(self) -> Position | None:
        place = AppKit.NSEvent.mouseLocation()
        height = AppKit.NSScreen.mainScreen().frame().size.height
        return int(place.x), int(height - place.y)
