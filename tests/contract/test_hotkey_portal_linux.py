"""The hotkey of Wayland, over a real bus from a portal of the test's own."""

from __future__ import annotations

import subprocess

import pytest

from tests.contract.private_bus import Bus, bus, line_of

__all__ = ["bus"]

SESSION = "/org/freedesktop/portal/desktop/session/1"


def portal(bus: Bus, response: int) -> subprocess.Popen[str]:
    program = bus.run("-m", "tests.contract.fake_portal", str(response))
    assert line_of(program) == "owned"
    return program


def tell(program: subprocess.Popen[str], line: str) -> None:
    assert program.stdin is not None
    program.stdin.write(f"{line}\n")
    program.stdin.flush()


def test_the_user_is_asked_and_only_our_keys_are_heard(bus: Bus) -> None:
    desktop = portal(bus, 0)
    probe = bus.run("-m", "tests.contract.hotkey_probe", "ctrl+alt+space")
    assert line_of(desktop) == f"BindShortcuts {SESSION} open-chat CTRL+ALT+space"
    assert line_of(probe) == "ready Press it"
    tell(desktop, "stranger open-chat")
    tell(desktop, "press close-door")
    tell(desktop, "press open-chat")
    assert line_of(probe) == "pressed"
    tell(probe, "enough")
    assert probe.communicate(timeout=10)[0] == ""
    assert line_of(desktop) == "Close"


@pytest.mark.parametrize("response", [1, 2])
def test_a_refusal_says_another_way(bus: Bus, response: int) -> None:
    desktop = portal(bus, response)
    probe = bus.run("-m", "tests.contract.hotkey_probe", "ctrl+alt+space")
    refusal = line_of(probe)
    assert refusal.startswith("The desktop or its user refused it. ")
    assert "`paddock run`" in refusal
    assert line_of(desktop).startswith("BindShortcuts")
    assert line_of(desktop) == "Close"


def test_without_a_portal_that_is_said(bus: Bus) -> None:
    probe = bus.run("-m", "tests.contract.hotkey_probe", "ctrl+alt+space")
    assert line_of(probe).startswith("The desktop's portal gives no hotkeys (")
