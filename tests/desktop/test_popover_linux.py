"""The real popover on a real screen: typed into and read by WebKitWebDriver."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests import processes
from tests.desktop.marks import ON_SCREEN
from tests.desktop.screen import SIZE, screen
from tests.desktop.webdriver import Driver, driver_at, kept_port, wait_for
from tests.engine.engine_setup import config_of, running_service, started
from tests.requirements import need_program, need_typelib
from tests.web.page_setup import Scripted, ServedPage, page_over, scripted_page
from tests.web.scripted import ScriptedAnswer
from tray.infrastructure.popover_process import PopoverProcess
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.state import ServerPhase

__all__ = ["screen"]

pytestmark = ON_SCREEN

DRIVEN = (sys.executable, str(Path(__file__).with_name("driven_popover.py")))
ENTER = "\ue007"
ESCAPE = "\ue00c"
VISIBLE = "return document.querySelector(arguments[0])?.checkVisibility() ?? false"


@dataclass
class Shown:
    """A popover over a page; ``browser`` is what would have opened instead."""

    page: ServedPage
    popover: PopoverProcess
    browser: list[str] = field(default_factory=list)

    @property
    def process(self) -> psutil.Process:
        pid = self.popover.pid
        assert pid is not None
        return psutil.Process(pid)

    def show(self, near: tuple[int, int] | None = None) -> None:
        self.popover.show(near)
        wait_for(lambda: self.popover.visible, "the popover is shown")

    def wait_for_page(self, times: int = 1) -> None:
        """Until the page has loaded and asked for the state this many times."""
        wait_for(lambda: len(self.page.looks) >= times, "the page is loaded")

    def connections(self) -> int:
        """How many there are to Paddock."""
        port = self.page.api.endpoint.port
        ours = psutil.Process().net_connections("tcp")
        return sum(one.laddr.port == port and one.status == "ESTABLISHED" for one in ours)

    def web_process(self) -> psutil.Process:
        def found() -> list[psutil.Process]:
            children = self.process.children(recursive=True)
            return [
                child for child in children if processes.name(child).startswith("WebKitWebProc")
            ]

        wait_for(found, "the web process runs")
        return found()[0]


def popover_over(
    page: ServedPage,
    stack: ExitStack,
    command: tuple[str, ...] | None = None,
    idle_seconds: float = 300,
) -> Shown:
    need_typelib("WebKit2", "4.1")
    browser: list[str] = []
    popover = PopoverProcess(page.url, browser.append, lambda: idle_seconds, lambda: False, command)
    stack.callback(popover.close)
    page.window.popover = popover
    return Shown(page, popover, browser)


@contextmanager
def driven(page: ServedPage, inspector: str) -> Iterator[Driver]:
    """A popover that is open, and what drives it."""
    with ExitStack() as stack:
        popover_over(page, stack, DRIVEN).show()
        yield stack.enter_context(driver_at(inspector))


@pytest.fixture
def script() -> Iterator[Scripted]:
    with scripted_page() as script:
        yield script


@pytest.fixture
def shown(script: Scripted) -> Iterator[Shown]:
    with ExitStack() as stack:
        yield popover_over(script.page, stack)


@pytest.fixture
def inspector(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a driven popover listens."""
    with kept_port() as port:
        target = f"127.0.0.1:{port}"
        monkeypatch.setenv("WEBKIT_INSPECTOR_SERVER", target)
        yield target


def keys(*names: str) -> None:
    subprocess.run((need_program("xdotool"), "key", *names), check=True)


def test_it_is_typed_into_and_read_while_a_real_engine_streams(
    inspector: str, tmp_path: Path
) -> None:
    with running_service(tmp_path) as service, ExitStack() as stack:
        config = config_of(EngineKind.BUNDLED)
        page = stack.enter_context(page_over(service, config))
        started(service, config)
        shown = popover_over(page, stack, DRIVEN)
        shown.show()
        with driver_at(inspector) as driver:
            driver.wait_text("#words", "Ready")
            driver.type("#draft", f"How do I use my GPU?{ENTER}")
            driver.wait_text(".question", "How do I use my GPU?")
            driver.wait_text(".meta", "tokens/s")
            assert len(driver.text(".blocks")) > 20


def test_text_appears_before_the_answer_ends(inspector: str, script: Scripted) -> None:
    script.page.service.start(LlamaCppConfig()).result(10)
    with driven(script.page, inspector) as driver:
        answer = ask(driver, script, "Well?")
        answer.say("It is ", "**so")
        driver.wait_text(".block", "It is **so")
        answer.say("** far.\n\n```py\nx")
        driver.wait_text(".block code", "x")
        driver.run("document.querySelector('#send').click()")
        assert answer.closed.wait(10)


def test_the_icons_menu_opens_the_models_and_one_is_started(
    inspector: str, script: Scripted
) -> None:
    path = script.page.models.add("Bison-4B-Q4_K_M")
    script.page.models.desk.want()
    with driven(script.page, inspector) as driver:
        driver.wait_text("#models .model-row:last-child .line", "Q4_K_M")
        driver.run("document.querySelector('.model-row:last-child .open').click()")
        driver.wait_text("#models .fit-line", "Fits on the GPU")
        driver.run("document.querySelector('#models .actions .primary').click()")
        driver.wait_text("#words", "Ready")
    assert script.engines.configs[-1].model_path == path


def ask(driver: Driver, script: Scripted, question: str) -> ScriptedAnswer:
    driver.type("#draft", f"{question}{ENTER}")
    return script.chats.next()


@pytest.mark.parametrize(("wish", "dark"), [("prefer-dark", True), ("prefer-light", False)])
def test_it_is_as_dark_as_the_desktop_wishes(
    inspector: str,
    script: Scripted,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wish: str,
    dark: bool,
) -> None:
    settings = tmp_path / "glib-2.0" / "settings" / "keyfile"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[org/gnome/desktop/interface]\ncolor-scheme='{wish}'\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("GSETTINGS_BACKEND", "keyfile")
    with driven(script.page, inspector) as driver:
        query = "return matchMedia('(prefers-color-scheme: dark)').matches"
        assert driver.run(query) is dark
        other = "prefer-light" if dark else "prefer-dark"
        settings.write_text(settings.read_text().replace(wish, other))
        wait_for(lambda: driver.run(query) is not dark, "it follows the desktop")


def test_it_opens_near_the_click_and_inside_the_screen(shown: Shown) -> None:
    shown.show((SIZE[0] - 10, SIZE[1] - 5))

    def in_the_corner() -> bool:
        left, top, *size = geometry()
        right, bottom = SIZE[0] - left - size[0], SIZE[1] - top - size[1]
        return size == [380, 480] and 0 < right <= 16 and 0 < bottom <= 16

    # It is on the screen a moment before the window manager has placed it.
    wait_for(in_the_corner, "it is whole and in the corner")


def geometry() -> tuple[int, ...]:
    """Left, top, width and height of the window."""
    xwininfo = (need_program("xwininfo"), "-name", "Paddock")
    text = subprocess.run(xwininfo, check=True, capture_output=True, text=True).stdout
    numbers = dict(line.strip().rsplit(":", 1) for line in text.splitlines() if ": " in line)
    names = ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
    return tuple(int(numbers[name]) for name in names)


def test_escape_hides_it_and_a_draft_survives(shown: Shown, script: Scripted) -> None:
    shown.show()
    shown.wait_for_page()
    wait_for(lambda: focused() == "Paddock", "it has the focus")
    keys("h", "i")
    script.page.window.wait_for(True)
    keys("Escape")
    wait_for(lambda: not shown.popover.visible, "it is hidden")
    # The browser tells a page only after a while that it is hidden.
    wait_for(lambda: not shown.connections(), "a hidden page listens to nothing")
    shown.show()
    shown.wait_for_page(2)
    wait_for(lambda: focused() == "Paddock", "it has the focus again")
    keys("Return")
    assert script.chats.next().request.messages[0].content == "hi"


@pytest.mark.parametrize("panel", ["chats", "models"])
def test_escape_closes_a_panel_that_is_searched(
    inspector: str, script: Scripted, panel: str
) -> None:
    with driven(script.page, inspector) as driver:
        driver.wait_text("#words", "Stopped")
        driver.run("document.querySelector(`#${arguments[0]}-open`).click()", panel)
        box = f"#{panel} .search"
        wait_for(lambda: driver.run(VISIBLE, box), "the panel is open")
        driver.type(box, f"ox{ESCAPE}")
        wait_for(lambda: not driver.run(VISIBLE, box), "the panel is closed")


def test_it_hides_when_the_focus_goes_unless_it_is_held(shown: Shown) -> None:
    shown.show()
    wait_for(lambda: focused() == "Paddock", "it has the focus")
    shown.popover.hold(True)
    with other_window():
        wait_for(lambda: focused() == "Other", "the other window has the focus")
        assert shown.popover.visible
    shown.popover.show()
    wait_for(lambda: focused() == "Paddock", "it has the focus again")
    shown.popover.hold(False)
    with other_window():
        wait_for(lambda: not shown.popover.visible, "it is hidden")


def focused() -> str:
    found = subprocess.run(
        (need_program("xdotool"), "getwindowfocus", "getwindowname"),
        check=False,
        capture_output=True,
        text=True,
    )
    return found.stdout.strip()


@contextmanager
def other_window() -> Iterator[None]:
    code = (
        "import gi; gi.require_version('Gtk', '3.0'); from gi.repository import Gtk; "
        "w = Gtk.Window(title='Other'); w.show_all(); Gtk.main()"
    )
    process = subprocess.Popen((sys.executable, "-c", code), stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_a_killed_popover_touches_nothing_and_comes_back(shown: Shown, script: Scripted) -> None:
    script.page.service.start(LlamaCppConfig()).result(10)
    shown.show()
    first = shown.process
    first.kill()
    wait_for(lambda: shown.popover.pid is None, "its end is noticed")
    assert not shown.popover.visible
    assert script.page.service.state.phase is ServerPhase.READY
    shown.show()
    assert shown.process != first
    assert shown.browser == []


def test_a_killed_web_process_comes_back_by_itself(shown: Shown, script: Scripted) -> None:
    script.page.service.start(LlamaCppConfig()).result(10)
    shown.show()
    shown.wait_for_page()
    first = shown.web_process()
    first.kill()
    shown.wait_for_page(2)
    assert shown.web_process() != first
    assert focused() == "Paddock"
    keys("h", "i", "Return")
    assert script.chats.next().request.messages[0].content == "hi"
    assert script.page.service.state.phase is ServerPhase.READY


def test_an_idle_popover_gives_its_memory_back(script: Scripted) -> None:
    with ExitStack() as stack:
        shown = popover_over(script.page, stack, idle_seconds=0.2)
        shown.show()
        process = shown.process
        shown.popover.hide()
        wait_for(lambda: not process.is_running(), "it ended")
        shown.show()


def test_no_process_shows_the_token(shown: Shown) -> None:
    shown.show()
    shown.web_process()
    token = shown.page.api.endpoint.token
    for process in [shown.process, *shown.process.children(recursive=True)]:
        assert token not in " ".join(processes.arguments(process))


def test_it_ends_with_the_resident(script: Scripted) -> None:
    code = (
        "import sys, subprocess, time; p = subprocess.Popen([sys.executable, '-m', 'tray', "
        "'popover'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True); "
        "p.stdin.write(sys.argv[1] + '\\nshow\\n'); p.stdin.flush(); p.stdout.readline(); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        (sys.executable, "-c", code, script.page.url("popover")),
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert parent.stdout is not None
    popover = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    wait_for(lambda: not popover.is_running(), "it ended")


IN_SIGHT = """
    const part = document.querySelector(arguments[0]);
    return part.checkVisibility({ visibilityProperty: true });
"""


def test_the_name_of_the_model_and_the_memory_that_came_back_are_in_sight(
    inspector: str, script: Scripted
) -> None:
    """WebKit looks anew at what a rule says of the inside of an element, but not always."""
    script.page.service.start(LlamaCppConfig()).result(10)
    with driven(script.page, inspector) as driver:
        driver.wait_text("#words", "Ready")
        driver.run("for (const id of ['status', 'free']) document.getElementById(id).click()")
        wait_for(
            lambda: driver.run("return document.getElementById('came-back').innerText"), "told"
        )
        for part in (".model", ".memory"):
            assert driver.run(IN_SIGHT, part), part
