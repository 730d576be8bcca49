"""The question "does anything show tray icons?" asked on real X servers and buses."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tray.infrastructure.tray_host import TrayHost, find_tray_host

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="X11 and D-Bus are Linux's"),
]


def needs(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


class Desktop:
    """An X server and a session bus of our own; both end with the test."""

    def __init__(self, stack: ExitStack, home: Path) -> None:
        self._stack = stack
        server = self.start(
            needs("Xvfb"), "-displayfd", "1", "-screen", "0", "800x600x24", "-nolisten", "tcp"
        )
        os.environ["DISPLAY"] = f":{self._line(server)}"
        bus = self.start(needs("dbus-daemon"), "--session", "--nofork", "--print-address=1")
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = self._line(bus)
        os.environ["HOME"] = str(home)

    def start(self, *command: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._stack.callback(process.communicate)
        self._stack.callback(process.kill)
        return process

    @staticmethod
    def _line(process: "subprocess.Popen[str]") -> str:
        assert process.stdout is not None
        return process.stdout.readline().strip()


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Desktop]:
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "HOME"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with ExitStack() as stack:
        yield Desktop(stack, tmp_path)


def becomes(expected: TrayHost) -> bool:
    deadline = time.monotonic() + 20
    while find_tray_host() is not expected:
        if time.monotonic() > deadline:
            return False
    return True


def test_a_bare_x_server_shows_no_icon(desktop: Desktop) -> None:
    assert find_tray_host() is TrayHost.NONE


def test_an_xembed_tray_is_seen_and_missed_when_it_ends(desktop: Desktop) -> None:
    tray = desktop.start(needs("trayer"))
    assert becomes(TrayHost.XEMBED)
    tray.kill()
    assert becomes(TrayHost.NONE)


def test_a_panel_with_status_notifiers_is_seen(desktop: Desktop) -> None:
    if not shutil.which("busctl"):
        pytest.importorskip("gi")
    desktop.start(needs("xfce4-panel"))
    assert becomes(TrayHost.STATUS_NOTIFIER)
