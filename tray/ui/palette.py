"""The icon's colours; those it shares with the page are named in ``SHARED_WITH_PAGE``.

The icon has one palette a panel theme. Amounts and phases also differ in shape:
colour is never the only sign.
"""

from dataclasses import dataclass
from enum import StrEnum

Rgb = tuple[int, int, int]


class PanelTheme(StrEnum):
    """What the icon stands on. TEMPLATE is macOS's: black and alpha only."""

    LIGHT = "light"
    DARK = "dark"
    TEMPLATE = "template"


@dataclass(frozen=True, slots=True)
class Palette:
    """``ink`` draws frames, ``track`` empty bars; the rest are fills and badges."""

    ink: Rgb
    track: Rgb
    accent: Rgb
    ready: Rgb
    busy: Rgb
    bad: Rgb
    idle: Rgb


PANELS: dict[PanelTheme, Rgb] = {
    PanelTheme.LIGHT: (0xF2, 0xF2, 0xF4),
    PanelTheme.DARK: (0x22, 0x24, 0x29),
    PanelTheme.TEMPLATE: (0xFF, 0xFF, 0xFF),
}
PALETTES: dict[PanelTheme, Palette] = {
    PanelTheme.LIGHT: Palette(
        ink=(0x32, 0x3A, 0x3A),
        track=(0xC2, 0xCA, 0xCA),
        accent=(0x0F, 0x76, 0x6E),
        ready=(0x12, 0x80, 0x5C),
        busy=(0xB2, 0x6A, 0x00),
        bad=(0xB3, 0x26, 0x1E),
        idle=(0x6B, 0x77, 0x77),
    ),
    PanelTheme.DARK: Palette(
        ink=(0xE6, 0xEB, 0xEB),
        track=(0x4A, 0x54, 0x55),
        accent=(0x4F, 0xC4, 0xB6),
        ready=(0x4E, 0xC9, 0x94),
        busy=(0xF0, 0xB0, 0x4F),
        bad=(0xFF, 0x8A, 0x80),
        idle=(0x9F, 0xAB, 0xAB),
    ),
    PanelTheme.TEMPLATE: Palette(*[(0, 0, 0)] * 7),
}
SHARED_WITH_PAGE = ("accent", "ready", "busy", "bad")
"""Fields whose LIGHT and DARK values the page's stylesheet repeats as ``--name``."""


def css_hex(colour: Rgb) -> str:
    """``colour`` as ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
