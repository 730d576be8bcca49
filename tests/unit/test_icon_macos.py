"""macOS over stand-ins for AppKit: what may run on the main thread alone waits for it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

TOUCHES_APPKIT = ("_show", "_hide", "_update_icon", "_update_title", "_update_menu", "_stop")


def module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(content)
    return made


class World:
    """Calls of pystray's own icon, and the work that waits for the main thread."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.waiting: list[Callable[[], None]] = []
        self.policy = "regular"
        helper = module("AppHelper", callAfter=self.waiting.append)
        fakes = {
            "AppKit": module(
                "AppKit", NSApplication=self, NSApplicationActivationPolicyAccessory="accessory"
            ),
            "PyObjCTools": module("PyObjCTools", AppHelper=helper),
            "pystray": module("pystray", Icon=self._icon()),
        }
        for name, fake in fakes.items():
            monkeypatch.setitem(sys.modules, name, fake)
        monkeypatch.delitem(sys.modules, "tray.ui.icon_macos", raising=False)
        self.icon: Any = importlib.import_module("tray.ui.icon_macos").MacIcon()
        monkeypatch.delitem(sys.modules, "tray.ui.icon_macos")

    # Names of AppKit.
    def sharedApplication(self) -> World:  # noqa: N802
        return self

    def setActivationPolicy_(self, policy: str) -> None:  # noqa: N802
        self.policy = policy

    def _icon(self) -> type:
        def noting(name: str) -> Callable[[object], None]:
            return lambda _: self.done.append(name)

        return type("Icon", (), {name: noting(name) for name in (*TOUCHES_APPKIT, "_mark_ready")})


@pytest.mark.parametrize("name", TOUCHES_APPKIT)
def test_whoever_calls_the_main_thread_does_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    getattr(world.icon, name)()
    assert world.done == []
    for work in world.waiting:
        work()
    assert world.done == [name]


def test_there_is_no_icon_in_the_dock(monkeypatch: pytest.MonkeyPatch) -> None:
    assert World(monkeypatch).policy == "accessory"


def test_ctrl_c_is_given_back_once_the_loop_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.icon.on_loop = lambda: world.done.append("given back")
    world.icon._mark_ready()
    assert world.done == ["_mark_ready"]
    world.done.append("the loop runs")
    for work in world.waiting:
        work()
    assert world.done[1:] == ["the loop runs", "given back"]
