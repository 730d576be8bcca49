"""The host over a stand-in for pystray: what is behind the icon does not hang on it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


class Refusing:
    """An icon that the desktop does not take at first, as with a full disk at the login."""

    picture_size = 22
    own_theme = None

    def __init__(self, *_: object, **__: object) -> None:
        self.icon: object = None
        self.refusals = 1
        self._visible = False

    @property
    def visible(self) -> bool:
        return self._visible

    @visible.setter
    def visible(self, value: bool) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError(28, "No space left on device")
        self._visible = value

    def run(self, setup: Callable[[object], None]) -> None:
        setup(self)

    def when_asked_for(self, act: Callable[[], None]) -> None:
        act()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Any:
    pystray = ModuleType("pystray")
    pystray.__dict__.update(Menu=lambda *items: items, Icon=Refusing)
    monkeypatch.setitem(sys.modules, "pystray", pystray)
    monkeypatch.delitem(sys.modules, "tray.ui.pystray_host", raising=False)
    module = importlib.import_module("tray.ui.pystray_host")
    monkeypatch.delitem(sys.modules, "tray.ui.pystray_host")
    monkeypatch.setattr(module, "_platform_icon", lambda: Refusing)
    return module.PystrayHost(lambda: None)


def test_an_icon_that_is_refused_holds_nothing_up_and_is_shown_later(host: Any) -> None:
    ready: list[bool] = []
    host.run(lambda *_: None, lambda: ready.append(True))
    assert ready == [True]
    assert not host._icon.visible
    host.show_picture("a picture")
    assert host._icon.visible
