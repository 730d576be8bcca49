"""The icon in Xfce's panel, its menu, its tooltip and a notification, from a real Paddock."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.desktop.rig import SCREEN, Desktop, desktop, wait_until
from tests.desktop.running import Running, icon_box, middle, running
from tests.screenshots.backdrop import paint
from tests.screenshots.crash import crash_for_good
from tray.infrastructure.api_client import ApiClient
from tray.models.chat import ChatMessage, ChatRequest, Role

DEMO = Path(__file__).parents[2] / "assets" / "demo_model" / "demo.gguf"
ZOOM = 4
MARGIN = 12
AWAY = (SCREEN[0] // 2, SCREEN[1] - 100)
"""Where the pointer disturbs nothing."""


def panel_pictures(pictures: Path, work: Path, *, dark: bool) -> None:
    """Write icon-, tooltip-, menu-, models- and notification-<theme>.png."""
    theme = "dark" if dark else "light"
    _put_models(work)
    with desktop(work, dark=dark) as screen:
        paint(screen)
        with running(screen) as paddock:
            Session(screen, paddock, pictures, theme).take_all()


class Session:
    """One Paddock on one desktop, photographed in the order of its life."""

    def __init__(self, screen: Desktop, paddock: Running, pictures: Path, theme: str) -> None:
        self._screen = screen
        self._paddock = paddock
        self._pictures = pictures
        self._theme = theme
        self._icons: dict[str, Image.Image] = {}
        self._box = icon_box(screen)

    def take_all(self) -> None:
        menu = self._paddock.menu
        menu.wait_for("Qwen")
        self._icon("stopped")
        menu.click("Start")
        menu.wait_for("Ready")
        self._settled("Paddock · Ready")
        self._icon("ready")
        self._tooltip()
        self._menu()
        self._busy()
        crash_for_good(self._paddock)
        self._settled("Paddock · Failed")
        self._screen.wait_for_window("Xfce4-notifyd")
        self._icon("failed")
        self._notification()
        self._save("icon", _side_by_side(self._icons))

    def _icon(self, name: str) -> None:
        left, _, right, _ = self._box
        panel = (left - MARGIN, 0, min(right + MARGIN, SCREEN[0]), 28)
        self._icons[name] = self._shot().crop(panel)

    def _tooltip(self) -> None:
        before = self._shot()
        self._screen.point(*middle(self._box))
        shown = wait_until(lambda: self._changed(before, settled=True), "the tooltip")
        self._save("tooltip", shown)
        self._screen.point(*AWAY)

    def _menu(self) -> None:
        self._paddock.menu.wait_for("Engine · 0 %")
        before = self._shot()
        self._screen.click(*middle(self._box))
        self._screen.point(*AWAY)
        self._save("menu", wait_until(lambda: self._changed(before, settled=True), "the menu"))
        enabled = [line.label for line in self._paddock.menu.menu() if line.enabled]
        for key in (*["Down"] * (enabled.index("Model") + 1), "Right"):
            self._screen.key(key)
        opened = wait_until(lambda: self._changed(before, settled=True), "the submenu")
        self._save("models", opened)
        for _ in range(2):
            self._screen.key("Escape")

    def _busy(self) -> None:
        answer = ApiClient(self._paddock.endpoint).chat(
            ChatRequest(messages=(ChatMessage(role=Role.USER, content="What can Paddock do?"),))
        )
        stop = threading.Event()
        reader = threading.Thread(target=lambda: [stop.is_set() for _ in answer], daemon=True)
        reader.start()
        self._icon("busy")
        stop.set()
        reader.join(60)

    def _notification(self) -> None:
        x, y, width, height = self._screen.geometry("Xfce4-notifyd")
        self._save("notification", self._shot().crop((x, y, x + width, y + height)))

    def _settled(self, tooltip: str) -> None:
        title = self._paddock.menu.icon
        wait_until(lambda: title("Title").startswith(tooltip), tooltip)

    def _changed(self, before: Image.Image, *, settled: bool) -> Image.Image | None:
        """What covers the screen since, cut out; ``None`` while it still moves."""
        from PIL import ImageChops

        now = self._shot()
        below = (0, 28, *SCREEN)
        box = ImageChops.difference(before.crop(below), now.crop(below)).getbbox()
        if box is None or (settled and self._shot().tobytes() != now.tobytes()):
            return None
        left = min(box[0], self._box[0]) - MARGIN
        return now.crop((left, 0, SCREEN[0], box[3] + 28 + MARGIN))

    def _shot(self) -> Image.Image:
        path = self._screen.screenshot(self._screen.folder / "shot.png")
        with Image.open(path) as image:
            return image.convert("RGB")

    def _save(self, name: str, image: Image.Image) -> None:
        image.save(self._pictures / f"{name}-{self._theme}.png", optimize=True)


def _side_by_side(icons: dict[str, Image.Image]) -> Image.Image:
    """The panel's end in every state, enlarged, with the state's name below."""
    font = ImageFont.load_default(20)
    one = next(iter(icons.values()))
    width, height = one.width * ZOOM, one.height * ZOOM
    sheet = Image.new("RGB", ((width + MARGIN) * len(icons) - MARGIN, height + 34), "white")
    draw = ImageDraw.Draw(sheet)
    for place, (name, icon) in enumerate(icons.items()):
        left = place * (width + MARGIN)
        sheet.paste(icon.resize((width, height), Image.Resampling.NEAREST), (left, 0))
        draw.text((left + width // 2, height + 17), name, fill="black", font=font, anchor="mm")
    return sheet


def _put_models(work: Path) -> None:
    """Models with names and sizes as users have them; the files are hollow."""
    models = work / "data" / "paddock" / "models"
    models.mkdir(parents=True)
    sizes = {"Qwen3-4B-Instruct-Q4_K_M": 2_497_281_120, "gemma-3-1b-it-Q8_0": 1_069_306_368}
    for name, size in sizes.items():
        shutil.copy(DEMO, models / f"{name}.gguf")
        os.truncate(models / f"{name}.gguf", size)
