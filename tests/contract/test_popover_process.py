"""The popover's process through a shell of the test's own, which writes down what it hears."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tray.infrastructure import popover_process
from tray.infrastructure.popover_process import PopoverProcess
from tray.infrastructure.popover_shell import PopoverShell
from tray.models.failure import PaddockError
from tray.models.popover import NO_WEBVIEW, Hide, Show

DEADLINE = 10.0
SHELL = """
import sys
heard = open(sys.argv[1], "a", buffering=1)
for line in iter(sys.stdin.readline, ""):
    heard.write(line)
    word = line.split()[0]
    if word in ("show", "toggle", "hide"):
        print("hidden" if word == "hide" else "shown", flush=True)
    if word == "quit" and "stubborn" not in sys.argv:
        break
"""


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.005)


def timers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)}


class Popover(PopoverProcess):
    """A popover whose shell is ``code``."""

    def __init__(self, heard: Path, code: str = SHELL, idle: float = 60, extra: str = "") -> None:
        self.heard = heard
        self.opened: list[str] = []
        self.answering = False
        self.idle = idle
        command = (sys.executable, "-c", code, str(heard), extra)
        super().__init__(
            lambda view: f"page:{view}",
            self.opened.append,
            lambda: self.idle,
            lambda: self.answering,
            command,
        )

    def lines(self) -> list[str]:
        return self.heard.read_text().splitlines() if self.heard.exists() else []

    def wait_lines(self, *lines: str) -> None:
        wait_for(lambda: self.lines() == list(lines), f"{lines}, heard {self.lines()}")


@pytest.fixture
def popover(tmp_path: Path) -> Iterator[Popover]:
    popover = Popover(tmp_path / "heard")
    yield popover
    popover.close()


def test_it_is_spawned_when_wanted_and_kept(popover: Popover) -> None:
    assert popover.pid is None
    popover.hide()
    popover.show((3, 4))
    popover.hold(True)
    popover.hold(False)
    popover.show()
    popover.wait_lines("page:popover", "show 3 4", "hold", "free", "show")


def test_a_click_shows_hides_and_does_not_reopen_what_it_just_closed(
    popover: Popover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(popover_process, "REOPEN", 60.0)
    popover.toggle((1, 1))
    wait_for(lambda: popover.visible, "it is shown")
    popover.toggle((1, 1))
    wait_for(lambda: not popover.visible, "it is hidden")
    popover.toggle((1, 1))
    popover.hold(True)
    popover.wait_lines("page:popover", "show 1 1", "hide", "hold")


def test_it_is_told_before_it_is_seen(tmp_path: Path) -> None:
    told: list[tuple[bool, bool]] = []
    command = (sys.executable, "-c", SHELL, str(tmp_path / "heard"))
    shell = PopoverShell(
        command, "page", lambda it, shown: told.append((shown, it.visible)), lambda *_: None
    )
    shell.tell(Show())
    shell.tell(Hide())
    shell.end()
    wait_for(lambda: told == [(True, False), (False, True)], "both were told")


def test_the_hotkey_starts_it_and_leaves_the_rest_to_the_shell(popover: Popover) -> None:
    popover.summon()
    wait_for(lambda: popover.visible, "it is shown")
    popover.summon()
    popover.wait_lines("page:popover", "toggle", "toggle")


def test_a_dead_one_is_replaced_at_the_next_show(popover: Popover) -> None:
    popover.show()
    wait_for(lambda: popover.visible, "it is shown")
    first = psutil.Process(popover.pid)
    first.kill()
    wait_for(lambda: popover.pid is None, "its end is noticed")
    popover.show()
    wait_for(lambda: popover.visible, "another one is shown")
    assert popover.opened == []


def test_it_ends_after_idling_but_not_while_it_is_shown(tmp_path: Path) -> None:
    popover, others = Popover(tmp_path / "heard"), timers()
    popover.show()
    wait_for(lambda: popover.visible, "it is shown")
    process = psutil.Process(popover.pid)
    popover.hide()
    wait_for(lambda: timers() - others, "its time runs")
    popover.show()
    wait_for(lambda: not timers() - others, "its time runs no more")
    wait_for(lambda: popover.visible, "it is shown again")
    popover.idle = 0.05
    popover.hide()
    wait_for(lambda: not process.is_running(), "it ended")
    assert popover.pid is None
    popover.close()


@pytest.mark.parametrize("reason", ["an answer", "its page"])
def test_it_does_not_end_while_it_is_needed(tmp_path: Path, reason: str) -> None:
    popover = Popover(tmp_path / "heard", idle=0.05)

    def need(needed: bool) -> None:
        if reason == "an answer":
            popover.answering = needed
        else:
            popover.need(needed)

    popover.show()
    need(True)
    popover.hide()
    wait_for(lambda: popover.lines()[-1:] == ["hide"], "it is hidden")
    process = psutil.Process(popover.pid)
    with pytest.raises(psutil.TimeoutExpired):
        process.wait(0.5)
    need(False)
    wait_for(lambda: not process.is_running(), "it ended")
    popover.close()


def test_without_a_webview_the_browser_opens_now_and_later(tmp_path: Path) -> None:
    popover = Popover(tmp_path / "heard", f"import sys; sys.exit({NO_WEBVIEW})")
    popover.show()
    wait_for(lambda: popover.opened == ["page:browser"], "the browser opens")
    popover.show()
    assert popover.opened == ["page:browser"] * 2
    popover.close()


def test_a_window_that_crashes_before_it_is_seen_opens_the_browser(tmp_path: Path) -> None:
    popover = Popover(tmp_path / "heard", "import os; os.abort()")
    popover.show()
    wait_for(lambda: popover.opened == ["page:browser"], "the browser opens")
    popover.show()
    wait_for(lambda: popover.opened == ["page:browser"] * 2, "the next one was tried first")
    popover.close()


def test_a_program_that_is_gone_is_said(tmp_path: Path) -> None:
    popover = PopoverProcess(str, print, lambda: 60, lambda: False, (str(tmp_path / "gone"),))
    with pytest.raises(PaddockError, match="own program is gone"):
        popover.show()


def test_close_ends_even_one_that_does_not_obey(tmp_path: Path) -> None:
    popover = Popover(tmp_path / "heard", extra="stubborn")
    popover.show()
    wait_for(lambda: popover.visible, "it is shown")
    process = psutil.Process(popover.pid)
    popover.close()
    assert not process.is_running()
    assert popover.pid is None
