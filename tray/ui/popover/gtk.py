"""GTK 3 with WebKit2GTK: placing, focus, and what the page may do."""

from collections.abc import Callable
from typing import Any

from gi.repository import Gdk, GLib, Gtk, WebKit2

from tray.ui.popover.gtk_files import GivenFiles
from tray.ui.popover.gtk_theme import follow_desktop
from tray.ui.popover.native import Events, Window
from tray.ui.popover.place import Area, beside, corner

SETTLE = 120
"""Milliseconds after which a lost focus counts: menus and dialogs of ours take it, too."""
EDGE = 5
"""Pixels at the window's edges that resize it; it has no frame of its own."""

_EDGES = {
    (-1, -1): Gdk.WindowEdge.NORTH_WEST,
    (0, -1): Gdk.WindowEdge.NORTH,
    (1, -1): Gdk.WindowEdge.NORTH_EAST,
    (-1, 0): Gdk.WindowEdge.WEST,
    (1, 0): Gdk.WindowEdge.EAST,
    (-1, 1): Gdk.WindowEdge.SOUTH_WEST,
    (0, 1): Gdk.WindowEdge.SOUTH,
    (1, 1): Gdk.WindowEdge.SOUTH_EAST,
}


class GtkWindow:
    """Satisfies NativeWindow."""

    def __init__(self, events: Events, url: str) -> None:
        self._events = events
        self._url = url
        self._origin = url.partition("#")[0]
        self._window: Any = None
        self._view: Any = None
        self._wanted = False
        self._colour_scheme: Any = None
        self._files: GivenFiles | None = None

    def adopt(self, window: Window) -> None:
        self._colour_scheme = follow_desktop()
        self._window = window.native
        self._view = _web_view(self._window)
        self._files = GivenFiles(self._view)
        # pywebview shows and hides a hidden window once, which upsets window managers.
        self._window.set_no_show_all(True)
        self._window.set_skip_taskbar_hint(True)
        self._window.set_skip_pager_hint(True)
        self._window.connect("map-event", self._on_map)
        self._window.connect("unmap-event", self._on_unmap)
        self._window.connect("focus-out-event", self._on_focus_out)
        self._view.connect("button-press-event", self._on_press)
        self._view.connect("decide-policy", self._on_policy)
        self._view.connect("permission-request", _deny)
        self._view.connect("web-process-terminated", self._on_web_process_gone)

    def show(self, near: tuple[int, int] | None) -> None:
        _on_main(lambda: self._show(near))

    def hide(self) -> None:
        _on_main(self._hide)

    def toggle(self) -> None:
        _on_main(self._toggle)

    def _toggle(self) -> None:
        if self._wanted and self._has_focus():
            self._hide()
        else:
            self._show(None)

    def _has_focus(self) -> bool:
        """Also while a hotkey is pressed: X11 takes the focus for that, and no window gets it."""
        if self._window.is_active():
            return True
        active = self._window.get_screen().get_active_window()
        return active is not None and active == self._window.get_window()

    def _show(self, near: tuple[int, int] | None) -> None:
        self._wanted = True
        self._window.get_child().show_all()
        self._window.move(*self._position(near))
        self._window.show()
        self._window.present_with_time(_now(self._window))
        self._view.grab_focus()

    def _hide(self) -> None:
        self._wanted = False
        self._window.hide()

    def _position(self, near: tuple[int, int] | None) -> tuple[int, int]:
        display = self._window.get_display()
        monitor = display.get_monitor_at_point(*near) if near else display.get_primary_monitor()
        monitor = monitor or display.get_monitor(0)
        width, height = self._window.get_size()
        work = _area(monitor.get_workarea())
        if near is not None:
            return beside(near, width, height, work)
        return corner(width, height, _area(monitor.get_geometry()), work)

    def _on_map(self, *_: object) -> None:
        self._events.shown()

    def _on_unmap(self, *_: object) -> None:
        self._events.hidden()

    def _on_focus_out(self, *_: object) -> bool:
        GLib.timeout_add(SETTLE, self._look_at_focus)
        return False

    def _look_at_focus(self) -> bool:
        ours = any(window.is_active() for window in Gtk.Window.list_toplevels())
        if self._wanted and not ours and Gtk.grab_get_current() is None:
            self._events.left()
        return False

    def _on_press(self, _: object, event: Any) -> bool:
        """A press on the edge resizes."""
        width, height = self._window.get_size()
        edge = _EDGES.get((_side(event.x, width), _side(event.y, height)))
        if edge is None or event.button != 1:
            return False
        at = (int(event.x_root), int(event.y_root))
        self._window.begin_resize_drag(edge, event.button, *at, event.time)
        return True

    def _on_policy(self, _: object, decision: Any, kind: Any) -> bool:
        """The page stays: whatever leads elsewhere is ignored."""
        if kind == WebKit2.PolicyDecisionType.RESPONSE:
            return False
        target = decision.get_navigation_action().get_request().get_uri()
        if target.partition("#")[0] == self._origin:
            return False
        decision.ignore()
        return True

    def _on_web_process_gone(self, *_: object) -> None:
        self._view.load_uri(self._url)


def _web_view(widget: Any) -> Any:
    """The web view somewhere below pywebview's containers."""
    while not isinstance(widget, WebKit2.WebView):
        widget = widget.get_child()
    return widget


def _side(at: float, length: int) -> int:
    return -1 if at < EDGE else 1 if at >= length - EDGE else 0


def _area(rectangle: Any) -> Area:
    return Area(rectangle.x, rectangle.y, rectangle.width, rectangle.height)


def _now(window: Any) -> int:
    """The X server's time, without which window managers refuse the focus."""
    surface = window.get_window()
    if type(surface).__name__ != "X11Window":
        return int(Gdk.CURRENT_TIME)
    from gi.repository import GdkX11

    return int(GdkX11.x11_get_server_time(surface))


def _deny(_: object, request: Any) -> bool:
    """No camera, microphone, place or notifications for a page of text."""
    request.deny()
    return True


def _on_main(work: Callable[[], None]) -> None:
    def once() -> bool:
        work()
        return False

    GLib.idle_add(once)
