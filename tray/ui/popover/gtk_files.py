"""Files dropped on the page or pasted into it: WebKitGTK names none of them to a page.

The page asks for them as for files to be chosen, of a kind that no file has.
"""

from collections.abc import Sequence
from typing import Any

from gi.repository import Gdk, Gio, GLib, Gtk

_DROPPED = "application/x-paddock-dropped"
_PASTED = "application/x-paddock-pasted"
_CHOOSE = f"document.querySelector('#picker[accept=\"{_DROPPED}\"]')?.click()"
"""A page may ask for files after a click or a key, but not after a drop."""


class GivenFiles:
    """What the page in a web view may read; all else is left to the file chooser."""

    def __init__(self, view: Any) -> None:
        self._view = view
        self._dropped: list[str] = []
        view.connect("drag-data-received", self._on_drag)
        view.connect("drag-drop", self._on_drop)
        view.connect("run-file-chooser", self._on_chooser)

    def _on_drag(self, _view: Any, _context: Any, _x: int, _y: int, data: Any, *_: Any) -> None:
        """Told while files are dragged over the page, once for each form they come in."""
        if uris := data.get_uris():
            self._dropped = _paths(uris)

    def _on_drop(self, *_: object) -> bool:
        """Told before the web view is; once idle, the page has been told, too."""
        GLib.idle_add(self._view.evaluate_javascript, _CHOOSE, -1, None, None, None, None)
        return False

    def _on_chooser(self, _: object, request: Any) -> bool:
        kinds = request.get_mime_types() or ()
        if _DROPPED in kinds:
            paths, self._dropped = self._dropped, []
        elif _PASTED in kinds:
            paths = _paths(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_uris() or ())
        else:
            return False
        if paths:
            request.select_files(paths)
        else:
            request.cancel()
        return True


def _paths(uris: Sequence[str]) -> list[str]:
    """Those of this machine's files, and of mounted ones."""
    found = (Gio.File.new_for_uri(uri).get_path() for uri in uris)
    return [path for path in found if path is not None]
