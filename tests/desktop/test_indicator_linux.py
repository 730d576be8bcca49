"""The indicator on a desktop: a locked screen slows it, and the menu frees memory."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.marks import DESKTOP
from tests.desktop.rig import desktop, wait_until
from tests.desktop.running import Running, running
from tests.requirements import need_typelib

assert sys.platform == "linux"

pytestmark = DESKTOP


@pytest.fixture
def paddock(tmp_path: Path) -> Iterator[Running]:
    need_typelib("AyatanaAppIndicator3", "0.1")
    with desktop(tmp_path) as screen, running(screen) as found:
        yield found


def lock_says(paddock: Running, active: str) -> None:
    """As GNOME's screen saver does; again and again, as nobody may listen yet."""
    name, signal = "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver.ActiveChanged"
    sent = ("dbus-send", "--session", "--type=signal", name, signal, f"boolean:{active}")
    paddock.desktop.output(*sent)


def test_a_locked_screen_is_heard_of(paddock: Running) -> None:
    (log,) = paddock.desktop.folder.rglob("paddock.log")

    def told(active: str, words: str) -> bool:
        lock_says(paddock, active)
        return words in log.read_text("utf-8")

    wait_until(lambda: told("true", "the screen is locked"), "locked")
    wait_until(lambda: told("false", "the screen is open"), "open")


def line(paddock: Running, pattern: str) -> str:
    """The first line of the menu that reads so, once there is one."""
    return wait_until(
        lambda: next((x for x in paddock.menu.labels() if re.fullmatch(pattern, x)), None), pattern
    )


def test_the_menu_frees_memory_and_says_how_much(paddock: Running) -> None:
    menu = paddock.menu
    menu.click("Start")
    menu.wait_for("Ready")
    line(paddock, r"Engine · .*MiB RAM.*")
    menu.click("Free memory")
    line(paddock, r"\d+ MiB of RAM is free again")
    assert menu.find("Start").enabled
    assert not paddock.engines()
