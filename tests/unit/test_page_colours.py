"""The page's colours can be read: WCAG AA in the light and in the dark theme."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "web" / "palette.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))
    for part in CSS.split("@media (prefers-color-scheme: dark)")[:2]
)
TOKENS = sorted(name for name in LIGHT if name.startswith("tok-"))
TEXT = [
    ("text", "surface"),
    ("text", "raised"),
    ("text", "line"),
    ("text", "accent-soft"),
    ("text", "bad-soft"),
    ("muted", "surface"),
    ("muted", "raised"),
    ("muted", "bad-soft"),
    ("accent", "surface"),
    ("accent-strong", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("surface", "text"),
    *((token, "raised") for token in TOKENS),
]
SHAPES = [
    ("edge", "surface"),
    ("ready", "surface"),
    ("busy", "surface"),
    ("bad", "surface"),
    ("bad", "bad-soft"),
    ("idle", "surface"),
    ("accent", "line"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in SHAPES],
)
def test_contrast(theme: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(theme[front], theme[back]) >= least


def test_both_themes_define_the_same_colours() -> None:
    assert DARK.keys() == LIGHT.keys()
