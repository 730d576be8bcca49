"""Long chats in the real popover, whose WebKit anchors no scrolling: what is read stays there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.desktop.marks import ON_SCREEN
from tests.desktop.screen import screen
from tests.desktop.test_popover_linux import ask, driven, inspector, script
from tests.desktop.webdriver import Driver, wait_for
from tests.web.page_setup import Scripted
from tests.web.scripted import ScriptedAnswer
from tests.web.test_long_chat import CHAT, MESSAGES, long_chat
from tray.models.chat import Role
from tray.models.config import LlamaCppConfig
from tray.models.conversation import ChatSettings, KeptMessage

__all__ = ["inspector", "screen", "script"]

pytestmark = ON_SCREEN

READER = Path(__file__).with_name("reader.js").read_text("utf-8")
ROUNDED = 2
"""CSS pixels: WebKit scrolls by whole ones."""
COUNT = "return document.querySelectorAll('.message').length"
TOP = "return document.getElementById('scroller').scrollTop"
TEXT = "return document.getElementById('messages').textContent"


def long_answers() -> tuple[KeptMessage, ...]:
    """Each is far longer than the view, and its paragraphs have many lengths."""
    words = [f"**{number}**" + " and more words" * (number * 7 % 23) for number in range(40)]
    answer = KeptMessage(role=Role.ASSISTANT, content="\n\n".join(words))
    return (KeptMessage(role=Role.USER, content="Question 0?"), answer) * 8


@contextmanager
def popover(inspector: str, script: Scripted) -> Iterator[Driver]:
    script.page.service.start(LlamaCppConfig()).result(10)
    with driven(script.page, inspector) as driver:
        driver.wait_text("#words", "Ready")
        driver.run(READER)
        yield driver


@pytest.fixture
def driver(inspector: str, script: Scripted, request: pytest.FixtureRequest) -> Iterator[Driver]:
    """The list of chats is open, and the long chat is in it."""
    messages = getattr(request, "param", long_chat)()
    script.page.desk.chats.keep(CHAT, messages, ChatSettings())
    with popover(inspector, script) as driver:
        # It is shown already, as the one that was written to last.
        wait_for(lambda: driver.run(COUNT) == len(messages), "all of it is there")
        driver.run("document.querySelector('#new').click()")
        driver.run("document.querySelector('#chats-open').click()")
        driver.wait_text(".kept .title", "Question 0?")
        yield driver


@pytest.mark.parametrize("up", [0, 100, 300])
def test_the_rest_comes_above_what_is_read_and_nothing_moves(driver: Driver, up: int) -> None:
    driver.run("openChat(arguments[0])", up)
    wait_for(lambda: driver.run(COUNT) == MESSAGES, "all of it is there")
    there, top = driver.run("return window.before")
    assert there < MESSAGES / 10

    def in_its_place() -> bool:
        count, now = driver.run("return window.place()")
        return bool(count == MESSAGES and abs(now - top) <= ROUNDED)

    wait_for(in_its_place, "it is in its place")


@pytest.mark.parametrize("driver", [long_chat, long_answers], indirect=True)
def test_what_is_read_stays_where_the_reader_brought_it(driver: Driver) -> None:
    driver.run("openChat(0)")
    wait_for(lambda: driver.run("return window.before"), "its end is shown")
    driver.run("walk()")
    wait_for(lambda: driver.run("return window.arrived"), "the beginning is reached", 120)
    walked = driver.run("return window.walked")
    assert len(walked) > 200
    assert [frame for frame in walked if abs(frame[1]) > ROUNDED] == []


def test_what_is_read_stays_when_the_text_grows(driver: Driver) -> None:
    driver.run("openChat(300)")
    wait_for(lambda: driver.run(COUNT) == MESSAGES, "all of it is there")
    driver.run("enlarge()")
    wait_for(lambda: driver.run("return window.grown.length") == 2, "it has grown")
    before, after = driver.run("return window.grown")
    assert abs(after - before) <= ROUNDED


def test_what_is_read_stays_while_an_answer_grows(inspector: str, script: Scripted) -> None:
    with popover(inspector, script) as driver:
        answer = ask(driver, script, "Much, please.")
        say(driver, answer, 0, 30)
        wait_for(lambda: driver.run(TOP) > 300, "the view follows")
        driver.run("stay(300)")
        # Into new parts of the answer, and further than the view is high.
        say(driver, answer, 30, 90)
        moved = driver.run("return window.moved")
        assert moved
        assert [by for by in moved if abs(by) > ROUNDED] == []


def say(driver: Driver, answer: ScriptedAnswer, first: int, end: int) -> None:
    """Paragraphs with these numbers; they are shown then."""
    for number in range(first, end):
        answer.say(f"Paragraph {number}.\n\n")
    wait_for(lambda: f"Paragraph {end - 1}." in driver.run(TEXT), "all of it is there")
