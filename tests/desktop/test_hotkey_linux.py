"""The hotkey on a real desktop: pressed, the chat is there and what is typed lands in its box."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desktop.marks import DESKTOP
from tests.desktop.rig import Desktop, desktop, wait_until
from tests.desktop.running import MAIN, Running, running
from tests.requirements import need_typelib
from tray.infrastructure.api_client import ApiClient
from tray.models.hotkey import HotkeyState
from tray.models.page_chats import ShownConversation

assert sys.platform == "linux"
pytestmark = DESKTOP
KEYS = "ctrl+alt+space"
WINDOW = "Paddock"
ROOT = MAIN.parents[1]
SETTINGS = "[metrics]\ninterval = 0.2\n\n[popover]\n"


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Desktop]:
    need_typelib("AyatanaAppIndicator3", "0.1")
    need_typelib("WebKit2", "4.1")
    with desktop(tmp_path) as made:
        yield made


def write_settings(screen: Desktop, keys: str | None) -> None:
    file = screen.folder / "config" / "paddock" / "settings.toml"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(SETTINGS + ("" if keys is None else f'hotkey = "{keys}"\n'))


def client_of(paddock: Running) -> ApiClient:
    return ApiClient(paddock.endpoint)


def draft_of(paddock: Running) -> str:
    """What the page has in its box, as it keeps it."""
    return client_of(paddock)._call("GET", "/api/page/chats/shown", ShownConversation).draft


def focused(screen: Desktop) -> bool:
    return bool(set(screen.focused()) & set(screen.windows(WINDOW, "name")))


def test_it_opens_the_chat_ready_to_type_and_puts_it_away(screen: Desktop) -> None:
    write_settings(screen, KEYS)
    with running(screen) as paddock:
        wait_until(lambda: client_of(paddock).hotkey() == HotkeyState(keys=KEYS), "the hotkey")
        screen.key(KEYS)
        wait_until(lambda: focused(screen), "the focus")
        wait_until(lambda: typed(screen, paddock), "what was typed in the box")
        # A draft holds the window when it is left; the hotkey puts it away all the same.
        screen.key(KEYS)
        wait_until(lambda: not screen.windows(WINDOW, "name"), "the chat is away")
        screen.key(KEYS)
        wait_until(lambda: focused(screen), "the focus again")
        screen.output("xdotool", "type", "z")
        wait_until(lambda: draft_of(paddock).endswith("az"), "the draft goes on")
        take_the_focus(screen)
        screen.key(KEYS)
        wait_until(lambda: focused(screen), "a chat behind another window comes to the front")


def typed(screen: Desktop, paddock: Running) -> bool:
    """Type a letter, until the page that loads takes it: nothing says from outside when."""
    screen.output("xdotool", "type", "a")
    return "a" in draft_of(paddock)


def take_the_focus(screen: Desktop) -> None:
    """Give it to another program, beside which the draft keeps the chat shown."""
    screen.start("xmessage", "-center", "another program")
    wait_until(lambda: screen.windows("xmessage", "name"), "another program")
    screen.output("xdotool", "windowfocus", "--sync", screen.windows("xmessage", "name")[0])
    wait_until(lambda: not focused(screen), "the focus is elsewhere")
    assert screen.windows(WINDOW, "name")


def test_nothing_is_heard_until_chosen_and_taken_keys_are_told(screen: Desktop) -> None:
    write_settings(screen, None)
    holder = screen.run((sys.executable, "-c", HOLDER, str(ROOT)))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with running(screen) as paddock:
        assert client_of(paddock).hotkey() == HotkeyState()
        write_settings(screen, KEYS)
        wait_until(lambda: client_of(paddock).hotkey().problem, "the problem")
        wait_until(lambda: screen.windows("xfce4-notifyd", "class"), "the notification")
        report = screen.run((sys.executable, str(MAIN), "doctor")).communicate(timeout=60)[0]
        assert f"warning  Hotkey: The hotkey {KEYS} does not work." in report
        assert "Choose others in the setting popover.hotkey" in report
        # Other keys work without a new start.
        write_settings(screen, "ctrl+alt+k")
        wait_until(lambda: client_of(paddock).hotkey() == HotkeyState(keys="ctrl+alt+k"), "new")
        screen.key("ctrl+alt+k")
        wait_until(lambda: focused(screen), "the chat")


HOLDER = """
import signal
import sys
sys.path.insert(0, sys.argv[1])
from tray.infrastructure.hotkey.watch import watch_hotkey
from tray.models.hotkey import parse_hotkey
watch_hotkey(parse_hotkey("ctrl+alt+space"), lambda: None)
print("held", flush=True)
signal.pause()
"""
