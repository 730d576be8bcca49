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


def open_long_chat(shown: Shown) -> None:
    messages = tuple(
        KeptMessage(role=Role.ASSISTANT, content=f"Answer **{number}**.\n\n- one\n- two\n")
        if number % 2
        else KeptMessage(role=Role.USER, content=f"Question {number}?")
        for number in range(MESSAGES)
    )
    chats = shown.script.page.desk.chats
    chats.keep(CHAT, messages, ChatSettings())
    chats.show(CHAT)
    shown.page.reload()
    expect(shown.page.locator(".message")).to_have_count(MESSAGES)


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
