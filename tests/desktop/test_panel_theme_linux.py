"""Dark or light, asked of real desktops."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.desktop.rig import WAIT, Desktop, desktop

pytestmark = [pytest.mark.desktop, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
ASK = "from tray.infrastructure.desktop.panel_theme import panel_is_dark; print(panel_is_dark())"


def answer(screen: Desktop, **environment: str) -> str:
    done = subprocess.run(
        (sys.executable, "-c", ASK),
        capture_output=True,
        text=True,
        env=screen.environment | environment,
        cwd=ROOT,
        timeout=WAIT,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("dark", [False, True])
def test_xfces_panel_is_asked(tmp_path: Path, dark: bool) -> None:
    with desktop(tmp_path, dark=dark, notifications=False) as screen:
        assert answer(screen) == str(dark)
        # Light applications under a dark panel, and a panel that follows its theme.
        channel, name = "xfce4-panel", "/panels/dark-mode"
        screen.output("xfconf-query", "-c", channel, "-p", name, "-s", str(not dark).lower())
        assert answer(screen) == "True"


def test_others_are_told_by_their_theme(tmp_path: Path) -> None:
    with desktop(tmp_path, panel=False, notifications=False) as screen:
        assert answer(screen, XDG_CURRENT_DESKTOP="MATE", GTK_THEME="Adwaita:dark") == "True"
        assert answer(screen, XDG_CURRENT_DESKTOP="MATE", GTK_THEME="Adwaita") == "False"
        assert answer(screen, XDG_CURRENT_DESKTOP="ubuntu:GNOME", GTK_THEME="") == "True"
        screen.environment.pop("DBUS_SESSION_BUS_ADDRESS")
        assert answer(screen, XDG_CURRENT_DESKTOP="XFCE", GTK_THEME="") == "False"
