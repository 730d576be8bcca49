"""The icon from the first moment, while the rest of Paddock is still being built.

Imports no models: what it shows needs none, and they take longer to load than the icon.
"""

from collections.abc import Callable
from threading import Lock

from tray.models.phase import ServerPhase
from tray.ui.gauge import picture_of, render
from tray.ui.menu_entry import SEPARATOR, Entry, Verb
from tray.ui.tray_ports import IconHost, OnClick, Position

TOOLTIP = "Paddock · Starting up"
OPEN_CHAT = Entry("Open chat", Verb.OPEN_CHAT, default=True)
QUIT = Entry("Quit Paddock", Verb.QUIT)
MENU = (OPEN_CHAT, SEPARATOR, QUIT)


class FirstIcon:
    """Shows nothing measured; keeps a click for whoever takes over."""

    def __init__(self, host: IconHost, end: Callable[[], None]) -> None:
        self._host = host
        self._end = end
        self._lock = Lock()
        self._taken_over: OnClick | None = None
        self._waiting: tuple[Entry, Position | None] | None = None

    def run(self, dark: bool, on_ready: Callable[[], None]) -> None:
        """Keep the icon in the tray until the host stops. On the main thread."""
        host = self._host
        theme = host.theme(dark)
        host.show_picture(render(picture_of(None, ServerPhase.STOPPED, False, theme, host.size)))
        host.show_tooltip(TOOLTIP)
        host.show_menu(MENU)
        host.run(self._clicked, on_ready)

    def hand_over(self, on_click: OnClick) -> None:
        """Send clicks there from now on, and the one that waits."""
        with self._lock:
            self._taken_over = on_click
            waiting = self._waiting
        if waiting is not None:
            on_click(*waiting)

    def _clicked(self, entry: Entry, pointer: Position | None) -> None:
        with self._lock:
            taken_over = self._taken_over
            if taken_over is None and entry.verb is Verb.OPEN_CHAT:
                self._waiting = entry, pointer
        if taken_over is not None:
            taken_over(entry, pointer)
        elif entry.verb is Verb.QUIT:
            self._end()
