"""Staying awake through the real wakepy, asked of a session manager of the test's own."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace

import pytest

from tests.contract.private_bus import Bus, bus, line_of
from tray.infrastructure.desktop.stay_awake import StayAwake

__all__ = ["bus"]

HOLDER = """
import signal
from tray.infrastructure.desktop.stay_awake import StayAwake
StayAwake().hold(True)
signal.pause()
"""


@pytest.fixture
def manager(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> subprocess.Popen[str]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.environment["DBUS_SESSION_BUS_ADDRESS"])
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "GNOME")
    program = bus.run("-m", "tests.contract.fake_inhibitor")
    assert line_of(program) == "owned"
    return program


def keepers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "stay-awake"]


def wait_for_the_end_of_keepers() -> None:
    for thread in keepers():
        thread.join(10)
    assert keepers() == []


def test_sleep_is_held_off_once_and_let_go(manager: subprocess.Popen[str]) -> None:
    awake = StayAwake()
    for _ in range(2):
        awake.hold(True)
        awake.hold(True)
        assert line_of(manager) == "Inhibit sleep"
        assert len(keepers()) == 1
        awake.hold(False)
        awake.hold(False)
        assert line_of(manager) == "Uninhibit 7"
        assert line_of(manager) == "left"
        wait_for_the_end_of_keepers()


def test_a_killed_paddock_lets_go(bus: Bus, manager: subprocess.Popen[str]) -> None:
    holder = bus.run("-c", HOLDER)
    assert line_of(manager) == "Inhibit sleep"
    holder.kill()
    holder.wait(10)
    assert line_of(manager) == "left"


def test_nobody_waits_for_whom_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()

    def running(**_: object) -> AbstractContextManager[SimpleNamespace]:
        asked.set()
        answered.wait(10)
        return nullcontext(SimpleNamespace(active=True))

    wakepy = SimpleNamespace(keep=SimpleNamespace(running=running))
    monkeypatch.setitem(sys.modules, "wakepy", wakepy)
    awake = StayAwake()
    awake.hold(True)
    assert asked.wait(10)
    awake.hold(False)
    assert len(keepers()) == 1, "it asks still"
    answered.set()
    wait_for_the_end_of_keepers()


@pytest.mark.parametrize("address", ["unix:path=/nonexistent/bus", None, "nonsense"])
def test_where_nobody_can_be_asked_it_is_logged_once(
    address: str | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    if address is None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    else:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    caplog.set_level(logging.INFO, logger="tray.infrastructure.desktop.stay_awake")
    awake = StayAwake()
    for _ in range(3):
        awake.hold(True)
        awake.hold(False)
        wait_for_the_end_of_keepers()
    # wakepy tells each of its attempts, where earlier tests had all loggers speak.
    (said,) = (
        line for line in caplog.records if line.name == "tray.infrastructure.desktop.stay_awake"
    )
    assert "may go to sleep" in said.getMessage()
