"""The picture that opens the README: the icon in its panel, and the chat under it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.desktop.rig import SCREEN, Desktop, desktop, wait_until
from tests.desktop.running import Running, icon_box, middle, running
from tests.screenshots.backdrop import paint
from tests.screenshots.beside import beside

TITLE = "Paddock"
QUESTION = "How do I add my own model?"
MARGIN = 24
GAP = 16


def overview(pictures: Path, work: Path) -> None:
    """Write overview.png: a light and a dark desktop side by side."""
    sides = []
    for dark in (False, True):
        folder = work / ("dark" if dark else "light")
        folder.mkdir()
        with desktop(folder, dark=dark) as screen:
            paint(screen)
            with running(screen) as paddock:
                sides.append(_chat(screen, paddock))
    beside(sides, GAP).save(pictures / "overview.png", optimize=True)


def _chat(screen: Desktop, paddock: Running) -> Image.Image:
    """Open the chat as a user does, ask, and cut out the corner it is in."""
    menu = paddock.menu
    menu.click("Start")
    menu.wait_for("Ready")
    screen.point(*middle(icon_box(screen)))
    menu.click("Open chat")
    x, y, width, height = screen.geometry(TITLE, "name")
    # Away from the icon, whose tooltip would cover the chat.
    screen.point(x + width // 2, y + height // 2)
    _wait_for_rest(screen)
    screen.output("xdotool", "type", "--delay", "5", QUESTION)
    screen.key("Return")
    _wait_for_rest(screen)
    left, bottom = max(x - MARGIN, 0), min(y + height + MARGIN, SCREEN[1])
    return _shot(screen).crop((left, 0, SCREEN[0], bottom))


def _wait_for_rest(screen: Desktop) -> None:
    """Until the window has shown the same for a second; its meters may move once."""

    def rests() -> bool:
        before = _window(screen)
        screen.output("sleep", "1")
        return (
            len(before.getcolors(1 << 24) or ()) > 8
            and before.tobytes() == _window(screen).tobytes()
        )

    wait_until(rests, "a window at rest")


def _window(screen: Desktop) -> Image.Image:
    """The chat below its meters and above its caret."""
    x, y, width, height = screen.geometry(TITLE, "name")
    return _shot(screen).crop((x, y + 80, x + width, y + height - 80))


def _shot(screen: Desktop) -> Image.Image:
    path = screen.screenshot(screen.folder / "shot.png")
    with Image.open(path) as image:
        return image.convert("RGB")
