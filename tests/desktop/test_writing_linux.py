"""Writing in the real popover: files, settings, a changed question, drafts that survive a kill."""

from __future__ import annotations

import base64
from contextlib import ExitStack

from tests.desktop.marks import ON_SCREEN
from tests.desktop.screen import screen
from tests.desktop.test_popover_linux import DRIVEN, ENTER, driven, inspector, popover_over, script
from tests.desktop.webdriver import driver_at, wait_for
from tests.web.page_setup import Scripted
from tests.web.test_files import HANDED, picture
from tray.models.attachment import ImageFile, TextFile
from tray.models.config import LlamaCppConfig
from tray.models.launch import ReadyInfo

__all__ = ["inspector", "screen", "script"]

pytestmark = ON_SCREEN

HAND = f"return ({HANDED})(arguments[0])"
UP = "\ue013"


def dropped(name: str, content: bytes) -> list[str]:
    return ["drop", name, "", base64.b64encode(content).decode(), "#draft"]


def test_a_draft_and_its_files_survive_a_killed_popover(
    inspector: str,
    script: Scripted,
) -> None:
    script.engines.ready = ReadyInfo(sees_images=True)
    script.page.service.start(LlamaCppConfig()).result(10)
    with ExitStack() as stack:
        shown = popover_over(script.page, stack, DRIVEN)
        shown.show()
        with driver_at(inspector) as driver:
            driver.wait_text("#words", "Ready")
            driver.run(HAND, dropped("notes.txt", b"one\ntwo\n"))
            driver.run(HAND, dropped("cow.png", picture((2000, 1000), "PNG")))
            driver.wait_text(".tray .chip:nth-child(2)", "cow.png")
            driver.type("#draft", "Look")
            kept = script.page.desk.chats
            wait_for(
                lambda: (kept.shown().draft, len(kept.shown().draft_files)) == ("Look", 2),
                "the draft is kept",
            )
        shown.process.kill()
        wait_for(lambda: shown.popover.pid is None, "its end is noticed")
        shown.show()
        with driver_at(inspector) as driver:
            driver.wait_text(".tray .chip:nth-child(2)", "cow.png")
            driver.wait_text("#words", "Ready")
            driver.type("#draft", f"!{ENTER}")
            (message,) = script.chats.next().request.messages
    notes, cow = message.attachments
    assert message.content == "Look!"
    assert isinstance(notes, TextFile)
    assert notes.text == "one\ntwo\n"
    assert isinstance(cow, ImageFile)


def test_a_question_is_changed_and_the_chat_has_settings(
    inspector: str,
    script: Scripted,
) -> None:
    script.page.service.start(LlamaCppConfig()).result(10)
    with driven(script.page, inspector) as driver:
        driver.wait_text("#words", "Ready")
        driver.run("document.querySelector('#settings-open').click()")
        driver.wait_text("#settings h2", "Chat settings")
        driver.type("#system-prompt", "Be brief.")
        driver.run("document.querySelector('#settings').close()")
        driver.type("#draft", f"Why?{ENTER}")
        assert [m.content for m in script.chats.next().request.messages] == ["Be brief.", "Why?"]
        driver.type("#draft", UP)
        wait_for(
            lambda: driver.run("return document.activeElement.value") == "Why?", "the edit is open"
        )
        driver.type(".editing textarea", f" not{ENTER}")
        assert script.chats.next().request.messages[-1].content == "Why? not"
