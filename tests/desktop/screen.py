"""A screen of the test's own: an X server and a window manager."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.desktop.x_server import x_server
from tests.requirements import need_program

SIZE = (1280, 800)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DISPLAY names it; it ends with the test."""
    with x_server(need_program("Xvfb"), SIZE) as display:
        monkeypatch.setenv("DISPLAY", display)
        monkeypatch.setenv("NO_AT_BRIDGE", "1")
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        manager = subprocess.Popen((need_program("openbox"),), stderr=subprocess.DEVNULL)
        yield
        manager.kill()
        manager.communicate()
