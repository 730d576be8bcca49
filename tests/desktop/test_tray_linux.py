"""The icon in Xfce's panel, clicked; its menu used on the real engine with the demo model."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.contract.guard_setup import gone
from tests.desktop.marks import DESKTOP
from tests.desktop.rig import WAIT, Desktop, desktop, end_tree, wait_until
from tests.desktop.running import MAIN, Running, icon_box, middle, running, shells
from tests.requirements import need_typelib
from tray.ui.tray_icon import NO_TRAY

assert sys.platform == "linux"

pytestmark = DESKTOP
DEMO = Path(__file__).parents[2] / "assets" / "demo_model" / "demo.gguf"
PASTE = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk
print(Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD).wait_for_text(), end="")
"""


@pytest.fixture(autouse=True)
def _indicators() -> None:
    need_typelib("AyatanaAppIndicator3", "0.1")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Desktop]:
    with desktop(tmp_path) as made:
        yield made


@pytest.fixture
def paddock(screen: Desktop) -> Iterator[Running]:
    with running(screen) as found:
        yield found


def test_the_menu_starts_and_stops_the_engine(paddock: Running) -> None:
    menu = paddock.menu
    assert menu.labels()[:3] == ["Open chat", "Stopped", "Start"]
    menu.click("Start")
    ready = menu.wait_for("Ready · demo model · bundled engine, ")
    assert " · port " in ready.label
    assert not ready.enabled
    [engine] = paddock.engines()
    assert menu.find("Stop").enabled
    wait_until(lambda: menu.icon("Title").startswith("Paddock · Ready"), "the tooltip")
    menu.click("Stop")
    menu.wait_for("Stopped")
    assert menu.find("Start").enabled
    assert not engine.is_running()


def test_a_click_on_the_icon_shows_the_menu_and_keys_choose(paddock: Running) -> None:
    screen = paddock.desktop
    screen.click(*middle(icon_box(screen)))
    wait_until(lambda: popped_up(screen), "the menu on the screen")
    # Disabled lines are passed over: Open chat, then Start.
    for key in ("Down", "Down", "Return"):
        screen.key(key)
    paddock.menu.wait_for("Ready")
    # On a busy machine the icon's tooltip is up by now, which is a window as well.
    screen.point(600, 600)
    wait_until(lambda: not popped_up(screen), "the menu's end")


def test_a_model_found_is_listed_and_chosen(screen: Desktop) -> None:
    models = screen.folder / "data" / "paddock" / "models"
    models.mkdir(parents=True)
    shutil.copy(DEMO, models / "My_Own-Q8_0.gguf")
    with running(screen) as paddock:
        menu = paddock.menu
        # An underscore is doubled on the bus, or the panel would swallow it.
        own = menu.wait_for("My__Own-Q8__0 · ").label
        assert menu.find("demo model · built in").marked
        menu.click(own)
        menu.wait_for("Ready · My__Own-Q8__0 · ")
        assert menu.find(own).marked
        assert not menu.find("demo model · built in").marked
        [first] = paddock.engines()
        menu.click("demo model · built in")
        menu.wait_for("Ready · demo model · ")
        assert not first.is_running()


def test_address_and_key_are_copied(paddock: Running) -> None:
    menu = paddock.menu
    assert not menu.find("API key").enabled
    menu.click("Start")
    port = menu.wait_for("Ready").label.rpartition(" ")[2]
    menu.click("API address")
    assert pasted(paddock.desktop, f"http://127.0.0.1:{port}/v1")
    menu.click("curl example")
    assert pasted(paddock.desktop, f"curl http://127.0.0.1:{port}/v1/chat/completions")


def test_a_failed_engine_is_notified(screen: Desktop) -> None:
    models = screen.folder / "data" / "paddock" / "models"
    models.mkdir(parents=True)
    content = DEMO.read_bytes()
    (models / "cut.gguf").write_bytes(content[: len(content) // 2])
    with running(screen) as paddock:
        assert not screen.windows("Xfce4-notifyd")
        paddock.menu.click(paddock.menu.wait_for("cut").label)
        paddock.menu.wait_for("Failed · ")
        screen.wait_for_window("Xfce4-notifyd")
        assert paddock.menu.find("Start again").enabled


def test_the_icon_comes_back_after_the_panel_crashed(paddock: Running) -> None:
    screen = paddock.desktop
    screen.kill_panel()
    screen.start_panel()
    paddock.menu.wait_for_icon()
    assert paddock.menu.labels()[0] == "Open chat"
    icon_box(screen)


def test_a_second_start_shows_the_chat_of_the_first(paddock: Running) -> None:
    second = paddock.again()
    assert second.returncode == 0
    assert str(paddock.process.pid) in second.stderr
    wait_until(lambda: shells(paddock), "the popover")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_order(paddock: Running, number: signal.Signals) -> None:
    paddock.menu.click("Start")
    paddock.menu.wait_for("Ready")
    family = psutil.Process(paddock.process.pid).children(recursive=True)
    assert family
    assert list(paddock.icons.iterdir())
    assert paddock.end(number) == 0
    assert list(paddock.icons.iterdir()) == []
    assert gone(family)
    wait_until(lambda: not paddock.menu.items(), "the icon's end")


def test_quit_ends_it(paddock: Running) -> None:
    paddock.menu.click("Quit")
    assert paddock.process.wait(WAIT) == 0
    assert list(paddock.icons.iterdir()) == []


def test_what_a_killed_one_left_is_swept(screen: Desktop) -> None:
    with running(screen) as killed:
        left = list(killed.icons.iterdir())
        end_tree(killed.process)
    assert left
    wait_until(lambda: not killed_items(screen), "the killed one's icon to go")
    with running(screen) as paddock:
        now = list(paddock.icons.iterdir())
        assert now
        assert not set(now) & set(left)


def test_no_tray_is_said_and_the_chat_opens(tmp_path: Path) -> None:
    with (
        desktop(tmp_path, panel=False, notifications=False) as bare,
        running(bare, hosted=False) as paddock,
    ):
        wait_until(lambda: shells(paddock), "the popover")
        assert NO_TRAY in (tmp_path / "programs.log").read_text()
        # A panel that comes later gets the icon all the same.
        bare.start_panel()
        paddock.menu.wait_for_icon()
        assert paddock.end() == 0


def test_without_a_session_bus_the_chat_opens(tmp_path: Path) -> None:
    """As in a bare X session or after `su`: nobody to ask for a tray or to notify by."""
    with desktop(tmp_path, panel=False, notifications=False) as bare:
        bare.environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path / 'gone'}"
        paddock = bare.run((sys.executable, str(MAIN), "run"))
        bare.wait_for_window("Paddock", by="name")
        assert NO_TRAY in (tmp_path / "programs.log").read_text()
        paddock.send_signal(signal.SIGTERM)
        assert paddock.wait(WAIT) == 0


@pytest.mark.parametrize("backend", ["gtk", "xorg"])
def test_a_plain_icon_opens_the_chat_by_a_click(screen: Desktop, backend: str) -> None:
    """Where AppIndicator, or GTK altogether, is missing."""
    screen.environment["PYSTRAY_BACKEND"] = backend
    with running(screen, hosted=False) as paddock:
        screen.click(*middle(icon_box(screen)))
        wait_until(lambda: shells(paddock), "the popover")
        assert paddock.end() == 0


def popped_up(screen: Desktop) -> bool:
    """Whether the panel shows more than itself: its menu is a window, too."""
    return len(screen.windows("Wrapper-2.0")) + len(screen.windows("Xfce4-panel")) > 2


def pasted(screen: Desktop, start: str) -> str:
    """The clipboard's text, once it begins so."""

    def paste() -> str | None:
        done = subprocess.run(
            (sys.executable, "-c", PASTE),
            capture_output=True,
            text=True,
            env=screen.environment,
            timeout=WAIT,
            check=True,
        )
        return done.stdout if done.stdout.startswith(start) else None

    return wait_until(paste, f"{start!r} on the clipboard")


def killed_items(screen: Desktop) -> list[str]:
    from tests.desktop.menu_client import MenuClient

    client = MenuClient(screen)
    try:
        return client.items()
    finally:
        client.close()
