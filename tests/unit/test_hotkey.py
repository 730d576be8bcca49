"""Combinations of keys: as the settings write them, as each system does, and who listens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from tray.commands.tray_hotkey import TrayHotkey
from tray.infrastructure.hotkey.refusal import taken
from tray.infrastructure.hotkey.spelling import keysym_name, portal_trigger, pynput_combination
from tray.infrastructure.settings.file import fit, parse
from tray.models.failure import ServerFailure
from tray.models.hotkey import NAMED_KEYS, Hotkey, HotkeyState, Modifier, parse_hotkey
from tray.models.settings import Settings

WAIT = 10.0
KEYS = "ctrl+alt+space"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ctrl+alt+space", "ctrl+alt+space"),
        ("Alt + CTRL + Space", "ctrl+alt+space"),
        ("super+shift+k", "shift+super+k"),
        ("ctrl+0", "ctrl+0"),
        ("super+f24", "super+f24"),
        *((f"alt+{name}", f"alt+{name}") for name in NAMED_KEYS),
    ],
)
def test_a_combination_is_read_in_any_order_and_case(text: str, read: str) -> None:
    assert str(parse_hotkey(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        *("", "+", "a", "f5", "shift+a", "ctrl", "ctrl+", "ctrl+alt", "ctrl+ä", "ctrl+f25"),
        *("ctrl+f0", "ctrl+ctrl+a", "a+ctrl", "hyper+a", "ctrl+a+b", "ctrl-a", "ctrl+aa"),
    ],
)
def test_what_is_no_combination_is_refused_with_what_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|needs"):
        parse_hotkey(text)
    loaded = fit(parse(f'[popover]\nhotkey = "{text}"\n'.encode()), Settings())
    assert loaded.settings.popover.hotkey is None
    (problem,) = loaded.problems
    assert problem.key == "popover.hotkey"
    assert "ctrl, alt or super" in problem.allowed


def test_the_settings_hold_it_as_it_is_always_written() -> None:
    loaded = fit(parse(b'[popover]\nhotkey = "SPACE"\n'), Settings())
    assert loaded.problems
    loaded = fit(parse(b'[popover]\nhotkey = "Alt+Ctrl+Space"\n'), Settings())
    assert (loaded.settings.popover.hotkey, loaded.problems) == (KEYS, ())


def test_each_system_has_its_spelling() -> None:
    every = Hotkey(tuple(Modifier), "page_up")
    assert portal_trigger(every) == "CTRL+ALT+SHIFT+LOGO+Page_Up"
    assert pynput_combination(every) == "<ctrl>+<alt>+<shift>+<cmd>+<page_up>"
    assert portal_trigger(parse_hotkey("alt+f5")) == "ALT+F5"
    assert pynput_combination(parse_hotkey("ctrl+k")) == "<ctrl>+k"
    assert pynput_combination(parse_hotkey("ctrl+escape")) == "<ctrl>+<esc>"
    assert [keysym_name(key) for key in ("f", "7", "f12", "enter")] == ["f", "7", "F12", "Return"]


class FakeWatch:
    """Satisfies HotkeyWatch."""

    def __init__(self, shown: str | None, pressed: Callable[[], None]) -> None:
        self.shown = shown
        self.press = pressed
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Rig:
    """A TrayHotkey over a keyboard of the test's own; ``f1`` is taken."""

    def __init__(self) -> None:
        self.pressed: SimpleQueue[str] = SimpleQueue()
        self.told: SimpleQueue[ServerFailure] = SimpleQueue()
        self.watches: list[FakeWatch] = []
        self.asked: SimpleQueue[str] = SimpleQueue()
        self.answers = threading.Event()
        self.answers.set()
        self.hotkey = TrayHotkey(lambda: self.pressed.put("!"), self.told.put, self._listen)

    def _listen(self, hotkey: Hotkey, pressed: Callable[[], None]) -> FakeWatch:
        self.asked.put(str(hotkey))
        assert self.answers.wait(WAIT)
        if hotkey.key == "f1":
            raise taken(hotkey)
        self.watches.append(FakeWatch("Ctrl+Alt+Space", pressed))
        return self.watches[-1]

    def wait_for(self, state: HotkeyState) -> None:
        limit = threading.Event()
        for _ in range(1000):
            if self.hotkey.state == state:
                return
            limit.wait(0.01)
        raise AssertionError(self.hotkey.state)


def test_nothing_is_asked_for_until_keys_are_chosen() -> None:
    rig = Rig()
    rig.hotkey.use(None)
    rig.hotkey.close()
    assert rig.hotkey.state == HotkeyState()
    assert rig.asked.empty()


def test_chosen_keys_are_heard_and_other_ones_replace_them() -> None:
    rig = Rig()
    rig.hotkey.use(KEYS)
    rig.wait_for(HotkeyState(keys=KEYS, shown="Ctrl+Alt+Space"))
    rig.watches[0].press()
    assert rig.pressed.get(timeout=WAIT) == "!"
    rig.hotkey.use(KEYS)
    rig.hotkey.use("super+k")
    rig.wait_for(HotkeyState(keys="super+k", shown="Ctrl+Alt+Space"))
    assert [watch.closed for watch in rig.watches] == [True, False]
    rig.hotkey.use(None)
    rig.wait_for(HotkeyState())
    assert rig.watches[1].closed


def test_taken_keys_are_told_once_with_what_to_do() -> None:
    rig = Rig()
    rig.hotkey.use("ctrl+f1")
    told = rig.told.get(timeout=WAIT)
    assert told.title == "The hotkey ctrl+f1 does not work"
    assert "Another program" in told.detail
    assert "popover.hotkey" in told.detail
    assert rig.hotkey.state == HotkeyState(keys="ctrl+f1", problem=told)
    rig.hotkey.use("ctrl+f1")
    rig.hotkey.use(KEYS)
    rig.wait_for(HotkeyState(keys=KEYS, shown="Ctrl+Alt+Space"))
    assert rig.told.empty()


def test_the_end_waits_for_no_question_of_the_desktop_and_keeps_no_keys() -> None:
    rig = Rig()
    rig.answers.clear()
    rig.hotkey.use(KEYS)
    assert rig.asked.get(timeout=WAIT) == KEYS
    rig.hotkey.close()
    rig.answers.set()
    rig.wait_for(HotkeyState(keys=KEYS, shown="Ctrl+Alt+Space"))
    for _ in range(1000):
        if rig.watches[0].closed:
            return
        threading.Event().wait(0.01)
    raise AssertionError("still listening")
