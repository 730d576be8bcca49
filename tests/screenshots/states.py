"""The page in every state, light beside dark: at 100 % and with twice the pixels."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.screenshots.beside import beside
from tests.web.browser import SMALL, Theme, chromium, opened
from tests.web.states import STATES, State

GAP = 12
COLOURS = {1: 112, 2: 72}
"""By scale: the larger pictures have few that matter."""
THEMES: tuple[Theme, ...] = ("light", "dark")


def state_pictures(pictures: Path, _: Path) -> None:
    """Write states/<state>.png and, at a scale of 200 %, states/<state>-200.png."""
    folder = pictures / "states"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with chromium() as browser:
        for name, state in STATES.items():
            for scale, ending in ((1, ""), (2, "-200")):
                picture = beside(_shots(browser, state, scale), GAP * scale)
                # An interface has few colours; a palette makes its picture a third as large.
                small = picture.quantize(COLOURS[scale], dither=Image.Dither.NONE)
                small.save(folder / f"{name}{ending}.png", optimize=True)


def _shots(browser: Browser, state: State, scale: int) -> list[Image.Image]:
    shots = []
    with opened(browser, size=SMALL, scale=scale) as shown:
        state(shown)
        for theme in THEMES:
            shown.page.emulate_media(color_scheme=theme)
            shown.page.wait_for_timeout(200)  # longer than any motion of the page
            picture = shown.page.screenshot(caret="hide")
            with Image.open(BytesIO(picture)) as image:
                shots.append(image.convert("RGB"))
    return shots
