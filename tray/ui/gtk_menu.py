"""A GTK menu that follows its entries in place.

A panel copies the menu over the session bus. Handing it a new menu makes it copy
all of it, closes a menu that is open, and Xfce 4.18 stumbles over two in a row;
changing the items of the one menu costs a message for each change.
"""

from collections.abc import Callable, Sequence
from typing import Any

from gi.repository import GLib, Gtk

from tray.ui.menu_entry import SEPARATOR, Entry


class GtkMenu:
    """``widget`` is one Gtk.Menu for life. Only on GTK's thread.

    ``mnemonics``: whoever shows it takes an underscore for one.
    """

    def __init__(self, on_click: Callable[[Entry], None], *, mnemonics: bool) -> None:
        self.widget = Gtk.Menu()
        self._on_click = on_click
        self._mnemonics = mnemonics
        self._lines: list[_Line] = []

    def show(self, entries: Sequence[Entry]) -> None:
        """Bring the items up to date; only a different kind of menu is built anew."""
        if [line.kind for line in self._lines] != [_kind(entry) for entry in entries]:
            self._build(entries)
        for line, entry in zip(self._lines, entries, strict=True):
            line.show(entry)

    def _build(self, entries: Sequence[Entry]) -> None:
        for line in self._lines:
            line.item.destroy()
        self._lines = [_Line(_kind(entry), self._on_click, self._mnemonics) for entry in entries]
        for line in self._lines:
            self.widget.append(line.item)


class _Line:
    """One item and the entry it shows."""

    def __init__(self, kind: str, on_click: Callable[[Entry], None], mnemonics: bool) -> None:
        self.kind = kind
        self._mnemonics = mnemonics
        self.item = _ITEMS[kind]()
        self._entry: Entry | None = None
        self._on_click = on_click
        self._submenu = GtkMenu(on_click, mnemonics=mnemonics) if kind == "submenu" else None
        if self._submenu is not None:
            self.item.set_submenu(self._submenu.widget)
        elif kind != "separator":
            self._handler = self.item.connect("activate", self._activated)
        if kind == "radio":
            self.item.set_draw_as_radio(True)
        self.item.show()

    def show(self, entry: Entry) -> None:
        if self.kind == "separator" or entry == self._entry:
            return
        self._entry = entry
        self._label(entry)
        self.item.set_sensitive(entry.enabled)
        if self._submenu is not None:
            self._submenu.show(entry.submenu)
        self._mark(entry)

    def _mark(self, entry: Entry) -> None:
        """Set the mark to the entry's; GTK would take that for a click."""
        if entry.chosen is not None and self.item.get_active() != entry.chosen:
            self.item.handler_block(self._handler)
            self.item.set_active(entry.chosen)
            self.item.handler_unblock(self._handler)

    def _label(self, entry: Entry) -> None:
        label = entry.label.replace("_", "__") if self._mnemonics else entry.label
        if self.item.get_label() != label:
            self.item.set_label(label)
        if entry.default:
            self.item.get_child().set_markup(f"<b>{GLib.markup_escape_text(label)}</b>")

    def _activated(self, _: Any) -> None:
        if self._entry is not None:
            # The click has moved the mark, which waits for the snapshot that agrees.
            self._mark(self._entry)
            self._on_click(self._entry)


_ITEMS: dict[str, Callable[[], Any]] = {
    "separator": Gtk.SeparatorMenuItem,
    "submenu": Gtk.MenuItem,
    "radio": Gtk.CheckMenuItem,
    "plain": Gtk.MenuItem,
}


def _kind(entry: Entry) -> str:
    if entry is SEPARATOR:
        return "separator"
    if entry.submenu:
        return "submenu"
    return "plain" if entry.chosen is None else "radio"
