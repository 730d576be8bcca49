"""Files and pictures that come from other programs, by a real clipboard and a real drag."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from typing import IO

import pytest

from tests.desktop.marks import ON_SCREEN
from tests.desktop.screen import screen
from tests.desktop.test_popover_linux import Shown, focused, keys, script, shown
from tests.desktop.webdriver import DEADLINE, wait_for
from tests.requirements import need_program
from tests.web.page_setup import Scripted
from tests.web.test_files import picture
from tray.models.attachment import TextFile
from tray.models.config import LlamaCppConfig
from tray.models.launch import ReadyInfo

__all__ = ["screen", "script", "shown"]

pytestmark = ON_SCREEN


@contextmanager
def program(name: str, *arguments: str) -> Iterator[IO[str]]:
    """One of this folder's, from when it says that it is there; what else it says."""
    command = (sys.executable, str(Path(__file__).with_name(name)), *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert line_of(process.stdout)
            yield process.stdout
        finally:
            process.kill()


def line_of(said: IO[str]) -> str:
    """The next line, which must come in time."""
    assert select([said], [], [], DEADLINE)[0], "nothing is said"
    return said.readline()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    notes, cow = tmp_path / "my notes.txt", tmp_path / "cow.png"
    notes.write_text("one\n")
    cow.write_bytes(picture((90, 60), "PNG"))
    return [notes, cow]


@pytest.fixture
def seeing(shown: Shown, script: Scripted) -> Shown:
    """A popover that stays, at a model that sees images."""
    script.engines.ready = ReadyInfo(sees_images=True)
    script.page.service.start(LlamaCppConfig()).result(10)
    shown.show()
    shown.wait_for_page()
    shown.popover.hold(True)
    wait_for(lambda: focused() == "Paddock", "it has the focus")
    return shown


def attached(script: Scripted, *names: str) -> None:
    kept = script.page.desk.chats
    wait_for(
        lambda: [file.name for file in kept.shown().draft_files] == [*names],
        f"{names} are attached",
    )


def test_files_copied_in_a_file_manager_are_pasted(
    seeing: Shown, script: Scripted, files: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "uris").write_text("".join(f"{file.as_uri()}\r\n" for file in files))
    (tmp_path / "names").write_text("\n".join(map(str, files)))
    forms = ("text/uri-list=uris", "text/plain=names", "UTF8_STRING=names")
    given = [form.replace("=", f"={tmp_path}/") for form in forms]
    with program("clipboard_owner.py", *given):
        keys("ctrl+v")
        attached(script, "my notes.txt", "cow.png")
    shown = script.page.desk.chats.shown()
    assert shown.draft == ""
    assert isinstance(shown.draft_files[0], TextFile)
    assert shown.draft_files[0].text == "one\n"


def test_a_copied_picture_is_pasted(seeing: Shown, script: Scripted, files: list[Path]) -> None:
    with program("clipboard_owner.py", f"image/png={files[1]}"):
        keys("ctrl+v")
        attached(script, "picture.png")


def test_files_are_dropped_on_the_box_from_another_program(
    seeing: Shown, script: Scripted, files: list[Path]
) -> None:
    with program("drag_source.py", *map(str, files)) as source:
        drag((100, 60), (1060, 750))
        assert line_of(source) == "taken\n"
        script.page.window.wait_for(True)  # the page has noticed
        drag_on = [("mousemove", "--sync", str(1060 - step), "750") for step in range(1, 9)]
        hand(*(word for move in drag_on for word in move))
        hand("mouseup", "1")
        attached(script, "my notes.txt", "cow.png")
    assert script.page.desk.chats.shown().draft == ""


def drag(start: tuple[int, int], end: tuple[int, int]) -> None:
    """By several moves, as a hand's: a drag begins with one of them."""
    steps = [
        tuple(str(a + (b - a) * step // 20) for a, b in zip(start, end, strict=True))
        for step in range(21)
    ]
    first, *others = [("mousemove", "--sync", x, y) for x, y in steps]
    hand(*first, "mousedown", "1", *(word for move in others for word in move))


def hand(*does: str) -> None:
    subprocess.run((need_program("xdotool"), *does), check=True, timeout=10)
