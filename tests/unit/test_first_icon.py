"""The icon before there is anything behind it."""

import subprocess
import sys

from tests.unit.tray_fakes import FakeHost
from tray.ui.first_icon import MENU, OPEN_CHAT, QUIT, TOOLTIP, FirstIcon
from tray.ui.menu_entry import Entry, Verb
from tray.ui.tray_ports import OnClick, Position

Click = tuple[Entry, Position | None]


class OpenHost(FakeHost):
    """Runs for a moment and keeps who hears its clicks."""

    on_click: OnClick

    def run(self, on_click: OnClick, on_ready: object) -> None:
        self.on_click = on_click


class World:
    def __init__(self) -> None:
        self.host = OpenHost()
        self.ended: list[bool] = []
        self.clicks: list[Click] = []
        self.icon = FirstIcon(self.host, lambda: self.ended.append(True))
        self.icon.run(True, lambda: None)

    def hand_over(self) -> None:
        self.icon.hand_over(lambda entry, pointer: self.clicks.append((entry, pointer)))


def test_it_shows_everything_before_the_host_runs() -> None:
    world = World()
    assert world.host.calls == ["picture", "tooltip", "menu"]
    assert world.host.themes == [True]
    assert (world.host.tooltip, world.host.menu) == (TOOLTIP, MENU)


def test_the_last_early_click_on_the_chat_waits_for_who_takes_over() -> None:
    world = World()
    world.host.on_click(OPEN_CHAT, (1, 2))
    world.host.on_click(OPEN_CHAT, (3, 4))
    assert world.clicks == []
    world.hand_over()
    assert world.clicks == [(OPEN_CHAT, (3, 4))]


def test_without_a_click_none_is_handed_over() -> None:
    world = World()
    world.hand_over()
    assert world.clicks == []


def test_quit_does_not_wait() -> None:
    world = World()
    world.host.on_click(QUIT, None)
    assert world.ended == [True]


def test_who_took_over_gets_every_click() -> None:
    world = World()
    world.hand_over()
    for entry in (QUIT, Entry("Stop", Verb.STOP)):
        world.host.on_click(entry, None)
    assert world.clicks == [(QUIT, None), (Entry("Stop", Verb.STOP), None)]
    assert world.ended == []


def test_a_start_up_to_the_icon_loads_no_models() -> None:
    """They take longer to load than the icon: start to icon would be twice as long."""
    code = (
        "import sys, tray.cli, tray.commands.run, tray.commands.in_tray;"
        "print(*{'pydantic', 'httpx', 'psutil', 'tray.app', 'ssl', 'hashlib'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
