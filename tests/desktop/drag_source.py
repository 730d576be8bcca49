"""A window in the screen's corner, as a file manager's: the files of its arguments are dragged.

It prints ``shown``, and ``taken`` once what is under the pointer would take them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import gi


def hand(_widget: Any, _context: Any, data: Any, _info: int, _time: int) -> None:
    data.set_uris([Path(file).as_uri() for file in sys.argv[1:]])


def begin(_widget: Any, context: Any) -> None:
    context.connect("action-changed", lambda *_: print("taken", flush=True))


def main() -> None:
    gi.require_version("Gtk", "3.0")
    gi.require_version("Gdk", "3.0")
    from gi.repository import Gdk, Gtk

    window, area = Gtk.Window(title="Files"), Gtk.EventBox()
    area.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    area.drag_source_add_uri_targets()
    area.connect("drag-data-get", hand)
    area.connect("drag-begin", begin)
    window.add(area)
    window.set_default_size(200, 100)
    window.move(0, 0)
    window.connect("map-event", lambda *_: print("shown", flush=True))
    window.show_all()
    Gtk.main()


main()
