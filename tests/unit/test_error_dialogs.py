"""What Windows is told before an engine is started; by a stand-in for its library."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from tray.infrastructure.llama.supervision import error_dialogs

MODES = {
    "SEM_FAILCRITICALERRORS": 1,
    "SEM_NOGPFAULTERRORBOX": 2,
    "SEM_NOOPENFILEERRORBOX": 0x8000,
}


def test_a_missing_dll_and_a_crash_open_no_dialog(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    msvcrt = ModuleType("msvcrt")
    msvcrt.__dict__.update(MODES, SetErrorMode=told.append)
    monkeypatch.setitem(sys.modules, "msvcrt", msvcrt)
    monkeypatch.setattr(error_dialogs, "sys", SimpleNamespace(platform="win32"))
    error_dialogs.no_error_dialogs()
    assert told == [sum(MODES.values())]
