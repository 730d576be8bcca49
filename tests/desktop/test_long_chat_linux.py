"""A conversation of 500 messages in the real popover: the view stays where it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.desktop.screen import screen
from tests.desktop.test_popover_linux import DRIVEN, inspector, popover_over, script
from tests.desktop.webdriver import Driver, driver_at, wait_for
from tests.web.page_setup import Scripted
from tests.web.test_long_chat import CHAT, MESSAGES, long_chat
from tray.models.chat import Role
from tray.models.config import LlamaCppConfig
from tray.models.conversation import ChatSettings, KeptMessage

__all__ = ["inspector", "screen", "script"]

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.slow,
    pytest.mark.usefixtures("screen"),
    pytest.mark.filterwarnings("ignore:DynamicImporter:ImportWarning"),
]

ROUNDED = 2
"""CSS pixels: WebKit scrolls by whole ones."""

COUNT = "return document.querySelectorAll('.message').length"
OPEN = """
const scroller = document.getElementById("scroller");
const list = document.getElementById("messages");
const up = arguments[0];
const topOf = (element) => Math.round(element.getBoundingClientRect().top);
window.place = () => [list.children.length, topOf(list.lastElementChild)];
const move = () => {
    dispatchEvent(new Event("wheel"));
    scroller.scrollTop -= up;
    window.before = window.place();
};
const shown = new MutationObserver(() => {
    if (!list.hasChildNodes()) return;
    shown.disconnect();
    // The end has been painted then, and the rest comes later.
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(move)));
});
shown.observe(list, { childList: true });
document.querySelector(".kept .open").click();
"""
"""Opens the first chat and goes up by so many CSS pixels once its end is shown. ``place`` tells
how many messages there are, and how far below the top of the window the last one is."""

EDGE = """
const scroller = document.getElementById("scroller");
const list = document.getElementById("messages");
const topOf = (element) => element.getBoundingClientRect().top;
const wordsAtEdge = () => {
    const left = list.getBoundingClientRect().left + 1;
    let y = scroller.getBoundingClientRect().bottom - 1;
    for (; ; y -= 4) { // between two messages there are no words
        const found = document.elementFromPoint(left, y);
        if (found.closest(".message")) return found;
    }
};
"""
"""The element that is seen lowest in the view."""

WALK = (
    EDGE
    + """
let message, words, from;
const step = () => {
    dispatchEvent(new Event("wheel"));
    scroller.scrollTop -= scroller.clientHeight / 2;
    words = wordsAtEdge();
    message = [...list.children].indexOf(words.closest(".message"));
    from = topOf(words);
};
window.walked = [];
let frames = 0;
const painted = () => {
    // What was a place only is an answer now.
    if (words && !words.isConnected) words = list.children[message];
    frames += 1;
    // At the beginning, what becomes shorter moves all that follows.
    if (scroller.scrollTop === 0) window.arrived = true;
    else if (words) window.walked.push([message, topOf(words) - from]);
    if (frames % 3 === 0) setTimeout(step);
};
// What a script sees at another time may be what is never painted.
const probe = document.body.appendChild(document.createElement("div"));
probe.style.cssText = "position: fixed; height: 1px";
new ResizeObserver(painted).observe(probe);
const frame = () => {
    probe.style.width = `${1 + frames % 2}px`;
    if (!window.arrived) requestAnimationFrame(frame);
};
frame();
"""
)
"""Goes up by half a view every third frame. Of each frame: the number of the message that was at
the lower edge of the view, and how many CSS pixels its words there have moved since the step."""


GROW = (
    EDGE
    + """
const words = wordsAtEdge();
window.grown = [topOf(words)];
document.documentElement.style.fontSize = "20px";
const measure = () => window.grown.push(topOf(words));
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(measure)));
"""
)
"""Enlarges the text: where the words at the lower edge of the view are before and after."""


def short_answers() -> tuple[KeptMessage, ...]:
    return long_chat()


def long_answers() -> tuple[KeptMessage, ...]:
    """Each is far longer than the view, and its paragraphs have many lengths."""
    words = [f"**{number}**" + " and more words" * (number * 7 % 23) for number in range(40)]
    answer = KeptMessage(role=Role.ASSISTANT, content="\n\n".join(words))
    return (KeptMessage(role=Role.USER, content="Question 0?"), answer) * 8


@pytest.fixture
def driver(inspector: str, script: Scripted, request: pytest.FixtureRequest) -> Iterator[Driver]:
    """The list of chats is open, and the long chat is in it."""
    messages = getattr(request, "param", short_answers)()
    script.page.service.start(LlamaCppConfig()).result(10)
    script.page.desk.chats.keep(CHAT, messages, ChatSettings())
    with ExitStack() as stack:
        popover_over(script.page, stack, DRIVEN).show()
        driver = stack.enter_context(driver_at(inspector))
        driver.wait_text("#words", "Ready")
        # It is shown already, as the one that was written to last.
        wait_for(lambda: driver.run(COUNT) == len(messages), "all of it is there")
        driver.run("document.querySelector('#new').click()")
        driver.run("document.querySelector('#chats-open').click()")
        driver.wait_text(".kept .title", "Question 0?")
        yield driver


@pytest.mark.parametrize("up", [0, 100, 300])
def test_the_rest_comes_above_what_is_read_and_nothing_moves(driver: Driver, up: int) -> None:
    driver.run(OPEN, up)
    wait_for(lambda: driver.run(COUNT) == MESSAGES, "all of it is there")
    there, top = driver.run("return window.before")
    assert there < MESSAGES / 10

    def in_its_place() -> bool:
        count, now = driver.run("return window.place()")
        return bool(count == MESSAGES and abs(now - top) <= ROUNDED)

    wait_for(in_its_place, "it is in its place")


@pytest.mark.parametrize("driver", [short_answers, long_answers], indirect=True)
def test_what_is_read_stays_where_the_reader_brought_it(driver: Driver) -> None:
    driver.run(OPEN, 0)
    wait_for(lambda: driver.run("return window.before"), "its end is shown")
    driver.run(WALK)
    wait_for(lambda: driver.run("return window.arrived"), "the beginning is reached", 120)
    walked = driver.run("return window.walked")
    assert len(walked) > 200
    assert [frame for frame in walked if abs(frame[1]) > ROUNDED] == []


def test_what_is_read_stays_when_the_text_grows(driver: Driver) -> None:
    driver.run(OPEN, 300)
    wait_for(lambda: driver.run(COUNT) == MESSAGES, "all of it is there")
    driver.run(GROW)
    wait_for(lambda: driver.run("return window.grown.length") == 2, "it has grown")
    before, after = driver.run("return window.grown")
    assert abs(after - before) <= ROUNDED
