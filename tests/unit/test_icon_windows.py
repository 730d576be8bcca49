"""Windows over stand-ins for its libraries."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest


def module(name: str, **content: object) -> ModuleType:
    made = ModuleType(name)
    made.__dict__.update(content)
    return made


class Icon:
    """As far as pystray's is asked for."""

    _hwnd = 7

    def _mark_ready(self) -> None: ...


def test_a_loop_without_messages_lets_ctrl_c_in(monkeypatch: pytest.MonkeyPatch) -> None:
    timers: list[tuple[Any, ...]] = []
    user32 = SimpleNamespace(SetTimer=lambda *arguments: timers.append(arguments))
    win32 = module("pystray._util.win32", windll=SimpleNamespace(user32=user32))
    fakes = {
        "pystray": module("pystray", Icon=Icon),
        "pystray._util": module("pystray._util", win32=win32),
        "pystray._util.win32": win32,
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.delitem(sys.modules, "tray.ui.icon_windows", raising=False)
    windows = importlib.import_module("tray.ui.icon_windows")
    monkeypatch.delitem(sys.modules, "tray.ui.icon_windows")
    windows.WindowsIcon()._mark_ready()
    ((window, _, milliseconds, callback),) = timers
    assert (window, callback) == (7, None)
    assert milliseconds <= 1000
