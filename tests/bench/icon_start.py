"""From starting the process to the icon in the panel, against a bare pystray icon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.panel import panel
from tests.bench.recorded_service import ROOT
from tests.desktop.menu_client import MenuClient
from tests.desktop.rig import Desktop, wait_until

REPETITIONS = 10
POLL = 0.002

TARGETS = (
    Target(
        name="process start to icon visible",
        unit="ms",
        comparison=Comparison.RATIO_AT_MOST,
        limit=1.5,
        compared_with="bare pystray + Pillow",
    ),
)
_BARE = """
import pystray
from PIL import Image, ImageDraw
picture = Image.new("RGBA", (22, 22))
ImageDraw.Draw(picture).rectangle((4, 4, 18, 18), fill="white")
menu = pystray.Menu(pystray.MenuItem("Quit", lambda icon: icon.stop()))
pystray.Icon("bare", picture, "bare", menu).run()
"""


def measure(folder: Path) -> tuple[Figure, ...]:
    """By turns on one panel; each ends before the next one starts."""
    ours, bare = [], []
    with panel(folder / "desktop") as (desktop, bus):
        for _ in range(REPETITIONS + 1):
            ours.append(_visible_after(desktop, bus, "-P", "-m", "tray", "run"))
            bare.append(_visible_after(desktop, bus, "-P", "-c", _BARE))
    # Without the first, which brought both into the system's cache.
    return (measured(TARGETS[0], ours[1:], bare[1:]),)


def _visible_after(desktop: Desktop, bus: MenuClient, *arguments: str) -> float:
    """Milliseconds until the panel has the icon."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        (sys.executable, *arguments),
        cwd=ROOT,
        env=_environment(desktop),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not bus.items():
            assert process.poll() is None, "it ended without an icon"
            time.sleep(POLL)
        return (time.perf_counter() - begun) * 1000
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        wait_until(lambda: not bus.items(), "the icon's end")


def _environment(desktop: Desktop) -> dict[str, str]:
    """The desktop's, and where this Paddock is: PYTHONPATH, if it is set."""
    path = os.environ.get("PYTHONPATH")
    return desktop.environment | ({} if path is None else {"PYTHONPATH": path})
