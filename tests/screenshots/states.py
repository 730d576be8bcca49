"""The page in every state, light beside dark; a few, or all, with twice the pixels, too."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from tests.screenshots.beside import beside
from tests.screenshots.few_colours import with_few_colours
from tests.web.browser import SMALL, Theme, chromium, opened
from tests.web.states import STATES, State

GAP = 12
LARGE = ("empty", "code-and-table", "models-list", "chat-settings")
THEMES: tuple[Theme, ...] = ("light", "dark")


def state_pictures(pictures: Path, _: Path, *, large: bool = False) -> None:
    """Write states/<state>.png and, at a scale of 200 %, states/<state>-200.png.

    Of the larger ones only those of ``LARGE``, unless ``large`` asks for all.
    """
    folder = pictures / "states"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with chromium() as browser:
        for name, state in STATES.items():
            _save(_shots(browser, state, 1), 1, folder / f"{name}.png")
            if large or name in LARGE:
                _save(_shots(browser, state, 2), 2, folder / f"{name}-200.png")


def _save(shots: list[Image.Image], scale: int, path: Path) -> None:
    with_few_colours(beside(shots, GAP * scale)).save(path, optimize=True)


def _shots(browser: Browser, state: State, scale: int) -> list[Image.Image]:
    shots = []
    with _kept() as kept, opened(browser, size=SMALL, scale=scale, kept=kept) as shown:
        state(shown)
        for theme in THEMES:
            shown.page.emulate_media(color_scheme=theme)
            shown.page.wait_for_timeout(200)  # longer than any motion of the page
            picture = shown.page.screenshot(caret="hide")
            with Image.open(BytesIO(picture)) as image:
                shots.append(image.convert("RGB"))
    return shots


@contextmanager
def _kept() -> Iterator[Path]:
    """A new folder whose name may be seen in a command line: it is always the same."""
    folder = Path(tempfile.gettempdir()) / "paddock-pictures"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
