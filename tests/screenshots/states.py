"""The page in every state, light beside dark: at 100 % and with twice the pixels."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.screenshots.beside import beside
from tests.web.browser import SMALL, Theme, chromium, opened
from tests.web.states import STATES, State

GAP = 12
THEMES: tuple[Theme, ...] = ("light", "dark")


def state_pictures(pictures: Path, work: Path) -> None:
    """Write states/<state>.png and, at a scale of 200 %, states/<state>-200.png."""
    folder = pictures / "states"
    folder.mkdir(exist_ok=True)
    with chromium() as browser:
        for name, state in STATES.items():
            for scale, ending in ((1, ""), (2, "-200")):
                shots = [_shot(browser, state, theme, scale, work) for theme in THEMES]
                picture = beside(shots, GAP * scale)
                # A picture of an interface has few colours; a palette makes it a third as large.
                small = picture.quantize(256, dither=Image.Dither.NONE)
                small.save(folder / f"{name}{ending}.png", optimize=True)


def _shot(browser: Browser, state: State, theme: Theme, scale: float, work: Path) -> Image.Image:
    path = work / "shot.png"
    with opened(browser, size=SMALL, scale=scale, theme=theme) as shown:
        state(shown)
        shown.page.wait_for_timeout(200)  # longer than any motion of the page
        shown.page.screenshot(path=path, caret="hide")
    with Image.open(path) as image:
        return image.convert("RGB")
