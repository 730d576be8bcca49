"""Reads the icon and drives its menu the way a panel does: over the session bus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.desktop.rig import WAIT, Desktop, wait_until

_WATCHER = "org.kde.StatusNotifierWatcher"
_ITEM = "org.kde.StatusNotifierItem"
_MENU = "com.canonical.dbusmenu"
_PROPERTIES = "org.freedesktop.DBus.Properties"


@dataclass(frozen=True)
class Line:
    """One line of the menu as the panel gets it."""

    number: int
    label: str
    enabled: bool
    marked: bool
    lines: tuple[Line, ...]


class MenuClient:
    """A connection of its own to the bus of a desktop, and the one icon on it."""

    def __init__(self, desktop: Desktop) -> None:
        from gi.repository import Gio

        flags = Gio.DBusConnectionFlags
        self._bus = Gio.DBusConnection.new_for_address_sync(
            desktop.environment["DBUS_SESSION_BUS_ADDRESS"],
            flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION,
            None,
            None,
        )

    def close(self) -> None:
        self._bus.close_sync(None)

    def items(self) -> list[str]:
        """Icons the panel shows, as bus name and path."""
        found: list[str] = self._get(
            _WATCHER, "/StatusNotifierWatcher", _WATCHER, "RegisteredStatusNotifierItems"
        )
        return found

    def wait_for_icon(self) -> str:
        """The first one."""
        return wait_until(self.items, "an icon in the panel")[0]

    def icon(self, name: str) -> Any:
        """A property of the icon: IconName, Title, Status, Menu."""
        owner, path = self._item()
        return self._get(owner, path, _ITEM, name)

    def menu(self) -> tuple[Line, ...]:
        """The whole menu as it is now; separators are left out."""
        answer = self._call(
            self._item()[0], self.icon("Menu"), _MENU, "GetLayout", "(iias)", (0, -1, [])
        )
        return tuple(_lines(answer[1]))

    def labels(self) -> list[str]:
        return [line.label for line in self.menu()]

    def find(self, label: str) -> Line:
        """The first line with this label, at any depth."""
        found = next((line for line in _flat(self.menu()) if line.label == label), None)
        assert found is not None, f"no {label!r} in {self.labels()}"
        return found

    def wait_for(self, start: str, seconds: float = WAIT) -> Line:
        """The first line whose label begins so, once there is one."""
        return wait_until(
            lambda: next(
                (line for line in _flat(self.menu()) if line.label.startswith(start)), None
            ),
            f"a line {start!r} in the menu",
            seconds,
        )

    def click(self, label: str) -> None:
        """Choose a line, as the panel tells it."""
        from gi.repository import GLib

        line = self.find(label)
        assert line.enabled, f"{label!r} is disabled"
        self._call(
            self._item()[0],
            self.icon("Menu"),
            _MENU,
            "Event",
            "(isvu)",
            (line.number, "clicked", GLib.Variant("s", ""), 0),
        )

    def _item(self) -> tuple[str, str]:
        owner, _, path = self.wait_for_icon().partition("/")
        return owner, "/" + path

    def _get(self, owner: str, path: str, interface: str, name: str) -> Any:
        return self._call(owner, path, _PROPERTIES, "Get", "(ss)", (interface, name))[0]

    def _call(
        self,
        owner: str,
        path: str,
        interface: str,
        method: str,
        form: str,
        arguments: tuple[Any, ...],
    ) -> Any:
        from gi.repository import Gio, GLib

        return self._bus.call_sync(
            owner,
            path,
            interface,
            method,
            GLib.Variant(form, arguments),
            None,
            Gio.DBusCallFlags.NONE,
            int(WAIT * 1000),
            None,
        ).unpack()


def _lines(node: Any) -> Iterator[Line]:
    for number, properties, children in node[2]:
        if properties.get("type") != "separator":
            yield Line(
                number,
                properties.get("label", ""),
                properties.get("enabled", True),
                properties.get("toggle-state", 0) == 1,
                tuple(_lines((number, properties, children))),
            )


def _flat(lines: tuple[Line, ...]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from _flat(line.lines)
