"""The shell over a stand-in for pywebview."""

from __future__ import annotations

import io
import os
import sys
from types import ModuleType, SimpleNamespace

import pytest

from tray.models.popover import NO_WEBVIEW
from tray.ui.popover_window import Shell


class Event:
    def __iadd__(self, heard: object) -> Event:
        self.heard = heard
        return self


class Ended(Exception):
    pass


def test_windows_without_webview2_shows_no_blank_window(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(code: int) -> None:
        raise Ended(code)

    webview = ModuleType("webview")
    webview.__dict__["renderer"] = "mshtml"
    monkeypatch.setitem(sys.modules, "webview", webview)
    monkeypatch.setattr(os, "_exit", end)
    events = SimpleNamespace(before_show=Event(), closing=Event())
    Shell(SimpleNamespace(events=events), "page", io.StringIO())
    with pytest.raises(Ended) as ended:
        events.before_show.heard()
    assert ended.value.args == (NO_WEBVIEW,)
