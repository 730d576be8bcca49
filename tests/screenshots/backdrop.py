"""What the pictures' desktops look like."""

from __future__ import annotations

from tests.desktop.rig import Desktop

_LIGHT, _DARK = (0xC9, 0xD6, 0xDC), (0x2B, 0x34, 0x3C)


def paint(screen: Desktop) -> None:
    """A calm colour that fits the theme."""
    screen.paint(_DARK if screen.dark else _LIGHT)
