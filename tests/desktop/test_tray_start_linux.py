"""The moments between the icon and the resident behind it, held open by the test."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.desktop.marks import DESKTOP
from tests.desktop.rig import WAIT, desktop, wait_until
from tests.desktop.running import MAIN, Running, running, shells
from tests.requirements import need_typelib
from tray.ui.first_icon import MENU, TOOLTIP

assert sys.platform == "linux"

pytestmark = DESKTOP
# Python runs a module of this name at its start: nothing heavy is imported while the gate is shut.
GATEKEEPER = """
import sys, time
from pathlib import Path

class Gatekeeper:
    def find_spec(self, name, path=None, target=None):
        while name in ("pydantic", "tray.app") and not Path({gate!r}).exists():
            time.sleep(0.01)

sys.meta_path.insert(0, Gatekeeper())
"""
FIRST = [entry.label for entry in MENU if entry.label]


class Starting:
    """A Paddock whose icon is there, and whose resident is not built before ``open``."""

    def __init__(self, paddock: Running, gate: Path) -> None:
        self.paddock = paddock
        self.menu = paddock.menu
        self.open = gate.touch

    @property
    def published(self) -> bool:
        return (self.paddock.resident_folder / "api.json").exists()


@pytest.fixture
def starting(tmp_path: Path) -> Iterator[Starting]:
    need_typelib("AyatanaAppIndicator3", "0.1")
    gate, code = tmp_path / "gate", tmp_path / "code"
    code.mkdir()
    (code / "sitecustomize.py").write_text(GATEKEEPER.format(gate=str(gate)))
    with desktop(tmp_path) as screen:
        screen.environment["PYTHONPATH"] = str(code)
        with running(screen, hosted=False) as paddock:
            paddock.menu.wait_for_icon()
            wait_until(lambda: paddock.menu.labels() == FIRST, "the first menu")
            yield Starting(paddock, gate)
            gate.touch()


def test_the_icon_does_not_wait_for_the_rest(starting: Starting) -> None:
    assert starting.menu.icon("Title") == TOOLTIP
    assert not starting.published
    starting.open()
    starting.menu.wait_for("CPU")
    assert starting.menu.labels()[:3] == ["Open chat", "Stopped", "Start"]
    assert starting.paddock.end() == 0


def test_a_click_that_comes_too_early_is_kept(starting: Starting) -> None:
    starting.menu.click("Open chat")
    starting.open()
    wait_until(lambda: shells(starting.paddock), "the popover")


@pytest.mark.parametrize(
    "ask",
    [
        lambda it: it.paddock.process.send_signal(signal.SIGTERM),
        lambda it: it.paddock.process.send_signal(signal.SIGINT),
        lambda it: it.menu.click("Quit Paddock"),
    ],
    ids=["SIGTERM", "SIGINT", "Quit"],
)
def test_it_ends_in_order_while_it_is_built(
    starting: Starting, ask: Callable[[Starting], None]
) -> None:
    icons = starting.paddock.icons
    ask(starting)
    wait_until(lambda: list(icons.iterdir()) == [], "the end of the icon's loop")
    starting.open()
    assert starting.paddock.process.wait(WAIT) == 0
    assert not starting.published
    wait_until(lambda: not starting.menu.items(), "the icon's end")


def test_what_fails_while_it_is_built_is_said(starting: Starting) -> None:
    folder = starting.paddock.desktop.folder
    starting.paddock.resident_folder.rename(folder / "taken away")
    starting.open()
    assert starting.paddock.process.wait(WAIT) == 1
    said = (folder / "programs.log").read_text()
    assert "paddock: Paddock cannot use the folder it is found by" in said
    wait_until(lambda: not starting.menu.items(), "the icon's end")


def test_a_second_start_waits_for_the_first_and_shows_no_icon(starting: Starting) -> None:
    environment = dict(starting.paddock.desktop.environment)
    del environment["PYTHONPATH"]
    second = subprocess.Popen(
        (sys.executable, str(MAIN), "run"),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1.0)
    assert len(starting.menu.items()) == 1
    starting.open()
    assert str(starting.paddock.process.pid) in second.communicate(timeout=WAIT)[1]
    assert second.returncode == 0
    wait_until(lambda: shells(starting.paddock), "the popover")
    assert len(starting.menu.items()) == 1
