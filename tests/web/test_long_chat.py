"""A conversation of 500 messages: its end is there at once, the rest when it is looked at."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Shown
from tray.models.chat import Role
from tray.models.conversation import ChatSettings, KeptMessage

pytestmark = [pytest.mark.web, pytest.mark.slow]

MESSAGES = 500
CHAT = "5aa4e6cb-3a1f-4c7e-9d55-0b9b6d6f2c11"


def long_chat() -> tuple[KeptMessage, ...]:
    return tuple(
        KeptMessage(role=Role.ASSISTANT, content=f"Answer **{number}**.\n\n- one\n- two\n")
        if number % 2
        else KeptMessage(role=Role.USER, content=f"Question {number}?")
        for number in range(MESSAGES)
    )


def open_long_chat(shown: Shown) -> None:
    chats = shown.script.page.desk.chats
    chats.keep(CHAT, long_chat(), ChatSettings())
    chats.show(CHAT)
    shown.page.reload()
    expect(shown.page.locator(".message")).to_have_count(MESSAGES)


ON_FIRST = """(then) => new Promise((done) => {
    const list = document.getElementById("messages");
    const look = new MutationObserver(() => {
        if (!list.children.length) return;
        look.disconnect();
        done(list.children.length);
        if (then) document.querySelector(then).click();
    });
    look.observe(list, { childList: true });
    document.querySelector(".kept .open").click();
})"""
"""Opens the first chat of the list; how many messages there are at first, and a click then."""


def ready_to_open(shown: Shown) -> None:
    shown.ready()
    open_long_chat(shown)
    shown.page.click("#new")
    expect(shown.page.locator(".message")).to_have_count(0)
    shown.page.click("#chats-open")
    expect(shown.page.locator(".kept .open")).to_have_count(1)


def numbers(shown: Shown) -> list[int]:
    texts = shown.page.locator(".message").all_text_contents()
    return [int("".join(filter(str.isdigit, text.split("\n")[0]))) for text in texts]


def test_its_end_is_shown_before_the_rest(shown: Shown) -> None:
    ready_to_open(shown)
    assert shown.page.evaluate(ON_FIRST, None) < MESSAGES / 10
    expect(shown.page.locator(".message")).to_have_count(MESSAGES)
    assert numbers(shown) == list(range(MESSAGES))
    expect(shown.page.locator(".message").last).to_be_in_viewport()


def test_a_chat_left_before_the_rest_came_is_whole_when_it_comes_back(shown: Shown) -> None:
    ready_to_open(shown)
    assert shown.page.evaluate(ON_FIRST, "#new") < MESSAGES / 10
    expect(shown.page.locator(".message")).to_have_count(0)
    shown.page.get_by_role("button", name="Undo").locator("visible=true").click()
    expect(shown.page.locator(".message")).to_have_count(MESSAGES)
    assert numbers(shown) == list(range(MESSAGES))


def test_the_rest_of_a_chat_does_not_come_into_the_next(shown: Shown) -> None:
    ready_to_open(shown)
    shown.page.evaluate(ON_FIRST, "#new")
    asked = shown.ask("Something else?")
    assert len(asked.request.messages) == 1
    asked.say("Yes.")
    asked.finish()
    expect(shown.page.locator(".message:last-child .meta")).to_be_visible()
    expect(shown.page.locator(".message")).to_have_count(2)


def test_only_what_is_seen_is_drawn(shown: Shown) -> None:
    shown.ready()
    open_long_chat(shown)
    last = shown.page.locator(".block strong").last
    expect(last).to_have_text(str(MESSAGES - 1))
    expect(last).to_be_in_viewport()
    undrawn = shown.page.locator(".undrawn")
    assert undrawn.count() > MESSAGES // 3
    assert undrawn.first.text_content() == "Answer **1**.\n\n- one\n- two\n"


def test_the_browsers_search_finds_what_is_not_drawn(shown: Shown) -> None:
    shown.ready()
    open_long_chat(shown)
    place = shown.page.locator(".undrawn").first
    assert place.get_attribute("hidden") == "until-found"
    height = place.bounding_box()
    assert height is not None
    assert height["height"] > 100
    # What a browser does once it has found something inside.
    place.evaluate(
        "(it) => { it.dispatchEvent(new Event('beforematch', { bubbles: true }));"
        " it.removeAttribute('hidden'); it.scrollIntoView(); }"
    )
    expect(shown.page.locator(".block strong").first).to_have_text("1")


def test_it_is_drawn_when_it_comes_into_view(shown: Shown) -> None:
    shown.ready()
    open_long_chat(shown)
    before = shown.page.locator(".undrawn").count()
    shown.page.hover("#scroller")
    for _ in range(3):
        shown.page.mouse.wheel(0, -100_000)
    expect(shown.page.locator(".question").first).to_be_in_viewport()
    expect(shown.page.locator(".block strong").first).to_have_text("1")
    expect(shown.page.locator(".answer").first.get_by_label("Copy answer")).to_be_visible()
    assert 0 < shown.page.locator(".undrawn").count() < before


def test_every_answer_goes_with_the_next_question(shown: Shown) -> None:
    shown.ready()
    open_long_chat(shown)
    asked = shown.ask("And now?").request.messages
    assert len(asked) == MESSAGES + 1
    assert asked[1].content == "Answer **1**.\n\n- one\n- two\n"
