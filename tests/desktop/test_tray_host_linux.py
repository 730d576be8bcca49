"""The question "does anything show tray icons?" asked on real X servers and buses."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.desktop.marks import DESKTOP
from tests.desktop.x_server import x_server
from tests.requirements import need_program
from tray.infrastructure.desktop.tray_host import TrayHost

pytestmark = DESKTOP


class Desktop:
    """An X server and a session bus of our own; both end with the test."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        os.environ["DISPLAY"] = stack.enter_context(x_server(need_program("Xvfb"), (800, 600)))
        bus = self.start(need_program("dbus-daemon"), "--session", "--nofork", "--print-address=1")
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = self._line(bus)

    def start(self, program: Path, *arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            (program, *arguments), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
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
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with ExitStack() as stack:
        yield Desktop(stack)


def found() -> str:
    """Asked in a process of its own: GLib keeps the first bus of a process for ever."""
    ask = (
        "from tray.infrastructure.desktop.tray_host import find_tray_host; print(find_tray_host())"
    )
    command = (sys.executable, "-W", "ignore", "-c", ask)
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def becomes(expected: TrayHost) -> bool:
    deadline = time.monotonic() + 30
    while found() != expected:
        if time.monotonic() > deadline:
            return False
    return True


def test_a_bare_x_server_shows_no_icon(desktop: Desktop) -> None:
    assert found() == TrayHost.NONE


def test_an_xembed_tray_is_seen_and_missed_when_it_ends(desktop: Desktop) -> None:
    tray = desktop.start(need_program("trayer"))
    assert becomes(TrayHost.XEMBED)
    tray.kill()
    assert becomes(TrayHost.NONE)


def test_a_panel_with_status_notifiers_is_seen(desktop: Desktop) -> None:
    desktop.start(need_program("xfce4-panel"))
    assert becomes(TrayHost.STATUS_NOTIFIER)
