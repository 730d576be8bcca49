"""A real Paddock with its icon on a rig's desktop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests import processes
from tests.desktop.menu_client import MenuClient
from tests.desktop.rig import PANEL_HEIGHT, SCREEN, WAIT, Desktop, wait_until
from tray.models.local_api import Endpoint

MAIN = Path(__file__).parents[2] / "tray" / "__main__.py"
Box = tuple[int, int, int, int]
ICON = 22
"""Its width in a panel of the rig's height."""


class Running:
    """One resident Paddock and a view of its icon."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        self.process = desktop.run((sys.executable, str(MAIN), "run"))
        self.menu = MenuClient(desktop)

    @property
    def icons(self) -> Path:
        """The folder of the icon's files."""
        return self.desktop.folder / "run" / "paddock" / "icons"

    @property
    def endpoint(self) -> Endpoint:
        """How to reach it."""
        found = self.resident_folder / "api.json"
        return Endpoint.model_validate_json(found.read_bytes())

    @property
    def resident_folder(self) -> Path:
        """Where its lock and its address are."""
        return next((self.desktop.folder / "state" / "paddock").glob("resident-*"))

    def again(self) -> subprocess.CompletedProcess[str]:
        """A second start, to its end."""
        return subprocess.run(
            (sys.executable, str(MAIN), "run"),
            capture_output=True,
            text=True,
            env=self.desktop.environment,
            timeout=WAIT,
            check=False,
        )

    def engines(self) -> list[psutil.Process]:
        """Every engine, without its guard: the guard's arguments are the engine's, too."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        named = [child for child in children if "bundled-engine" in processes.arguments(child)]
        return [child for child in named if processes.is_leaf(child)]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(WAIT)


@contextmanager
def running(desktop: Desktop, *, hosted: bool = True) -> Iterator[Running]:
    """Paddock, started; with ``hosted`` its icon and its menu are there."""
    settings = desktop.folder / "config" / "paddock" / "settings.toml"
    settings.parent.mkdir(mode=0o700, exist_ok=True)
    if not settings.exists():
        settings.write_text("[server]\nthreads = 1\ncontext_size = 1024\n")
    found = Running(desktop)
    try:
        if hosted:
            found.menu.wait_for_icon()
            found.menu.wait_for("CPU")
        yield found
    finally:
        found.menu.close()


def shells(paddock: Running) -> list[psutil.Process]:
    """The popover's process."""
    children = psutil.Process(paddock.process.pid).children()
    return [child for child in children if "popover" in processes.arguments(child)]


def icon_box(desktop: Desktop) -> Box:
    """Where the icon is in the panel, once all of it is drawn."""

    def whole() -> Box | None:
        box = _coloured(desktop)
        return box if box and abs(box[2] - box[0] - ICON) <= 1 else None

    return wait_until(whole, f"an icon of {ICON} pixels on the panel")


def middle(box: Box) -> tuple[int, int]:
    left, top, right, bottom = box
    return (left + right) // 2, (top + bottom) // 2


def _coloured(desktop: Desktop) -> Box | None:
    """What differs from the panel's empty middle."""
    from PIL import Image, ImageChops

    path = desktop.screenshot(desktop.folder / "panel.png")
    with Image.open(path) as screen:
        # Without the line at the panel's lower edge.
        panel = screen.convert("RGB").crop((SCREEN[0] // 2, 0, SCREEN[0], PANEL_HEIGHT - 1))
    os.unlink(path)
    plain = Image.new("RGB", panel.size, panel.getpixel((5, 5)))
    box = ImageChops.difference(panel, plain).getbbox()
    return box and (box[0] + SCREEN[0] // 2, box[1], box[2] + SCREEN[0] // 2, box[3])
