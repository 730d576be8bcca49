"""A screen of the test's own: an X server and a window manager."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.requirements import need_program

SIZE = (1280, 800)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """DISPLAY names it; it ends with the test."""
    width, height = SIZE
    arguments = f"-displayfd 1 -screen 0 {width}x{height}x24 -nolisten tcp"
    server = subprocess.Popen(
        (need_program("Xvfb"), *arguments.split()),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    monkeypatch.setenv("DISPLAY", f":{server.stdout.readline().strip()}")
    monkeypatch.setenv("NO_AT_BRIDGE", "1")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    manager = subprocess.Popen((need_program("openbox"),), stderr=subprocess.DEVNULL)
    yield
    for process in (manager, server):
        process.kill()
        process.communicate()
