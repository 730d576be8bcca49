"""The hotkey of X11 on a real X server, whose keys xdotool presses."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue

import pytest
from Xlib import XK
from Xlib.display import Display

from tests.contract.guard_setup import until
from tests.desktop.screen import screen
from tests.requirements import need_program
from tray.infrastructure.hotkey.probe import probe_hotkey
from tray.infrastructure.hotkey.watch import watch_hotkey
from tray.models.failure import PaddockError
from tray.models.hotkey import parse_hotkey

__all__ = ["screen"]
pytestmark = [pytest.mark.desktop, pytest.mark.usefixtures("screen")]

KEYS = "ctrl+alt+space"
SECONDS = 10.0
# Where q is on a Russian keyboard; python-xlib knows no name for it.
CYRILLIC_SHORTI = 0x6CA
Presses = SimpleQueue[bool]


@contextmanager
def listening(keys: str) -> Iterator[Presses]:
    presses: Presses = SimpleQueue()
    watch = watch_hotkey(parse_hotkey(keys), lambda: presses.put(True))
    try:
        yield presses
    finally:
        watch.close()


def keys(command: str, *names: str) -> None:
    subprocess.run((need_program("xdotool"), command, *names), check=True)


def none_left(presses: Presses) -> bool:
    try:
        presses.get(timeout=0.2)
    except Empty:
        return True
    return False


def test_each_press_of_the_combination_is_heard_and_nothing_else() -> None:
    with listening(KEYS) as presses:
        keys("key", "space", "ctrl+space", "alt+space", "ctrl+alt+shift+space", "ctrl+alt+a", "a")
        assert none_left(presses)
        for _ in range(2):
            keys("key", KEYS)
            assert presses.get(timeout=SECONDS)
        assert none_left(presses)


def test_locks_make_no_difference_and_a_held_key_counts_once() -> None:
    with listening(KEYS) as presses:
        for lock in ("Num_Lock", "Caps_Lock"):
            keys("key", lock)
            keys("key", KEYS)
            assert presses.get(timeout=SECONDS)
        # Longer than the X server waits until it repeats a held key (660 ms).
        keys("keydown", "ctrl", "keydown", "alt", "keydown", "space", "sleep", "1")
        assert presses.get(timeout=SECONDS)
        assert none_left(presses)
        keys("keyup", "space", "keyup", "alt", "keyup", "ctrl")


@pytest.mark.parametrize("key", ["super+f12", "alt+page_up", "ctrl+shift+k", "ctrl+escape"])
def test_every_kind_of_key_can_be_chosen(key: str) -> None:
    pressed = key.replace("f12", "F12").replace("page_up", "Prior").replace("escape", "Escape")
    with listening(key) as presses:
        keys("key", pressed)
        assert presses.get(timeout=SECONDS)


def test_taken_keys_are_refused_and_free_again_when_their_holder_lets_go() -> None:
    with listening(KEYS):
        with pytest.raises(PaddockError, match="does not work"):
            watch_hotkey(parse_hotkey(KEYS), lambda: None)
        problem = probe_hotkey(KEYS).problem
        assert problem is not None
        assert "Another program" in problem.detail
        assert probe_hotkey("ctrl+alt+k").problem is None
    with free_again():
        keys("key", KEYS)


@contextmanager
def free_again() -> Iterator[None]:
    """The X server learns of a closed connection a moment later."""
    for _ in range(100):
        if probe_hotkey(KEYS).problem is None:
            yield
            return
        subprocess.run((need_program("xdotool"), "sleep", "0.05"), check=True)
    raise AssertionError("never free again")


def test_a_new_layout_of_the_keyboard_is_followed() -> None:
    with listening("ctrl+alt+z") as presses:
        # German: z lies where y was.
        display = Display()
        y, z = (display.keysym_to_keycode(key) for key in (XK.XK_y, XK.XK_z))
        ((y_symbols,), (z_symbols,)) = (display.get_keyboard_mapping(key, 1) for key in (y, z))
        display.change_keyboard_mapping(y, [z_symbols])
        display.change_keyboard_mapping(z, [y_symbols])
        display.sync()
        for _ in range(50):
            keys("key", "ctrl+alt+z")
            if not none_left(presses):
                break
        else:
            raise AssertionError("the key that is z now was never heard")
        display.close()


def test_a_layout_without_the_key_is_outlived(caplog: pytest.LogCaptureFixture) -> None:
    with listening("ctrl+alt+q") as presses:
        display = Display()
        q = display.keysym_to_keycode(XK.XK_q)
        (symbols,) = display.get_keyboard_mapping(q, 1)
        display.change_keyboard_mapping(q, [[CYRILLIC_SHORTI] * len(symbols)])
        display.sync()
        until(lambda: "ctrl+alt+q" in caplog.text)
        problem = probe_hotkey("ctrl+alt+q").problem
        assert problem is not None
        assert "has no key q" in problem.detail
        display.change_keyboard_mapping(q, [symbols])
        display.sync()
        display.close()
        for _ in range(50):
            keys("key", "ctrl+alt+q")
            if not none_left(presses):
                return
        raise AssertionError("the key that came back was never heard")


# python-xlib leaves the sockets open that nobody answered.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_an_x_server_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    with pytest.raises(PaddockError, match="cannot be asked"):
        watch_hotkey(parse_hotkey(KEYS), lambda: None)
    gc.collect()
