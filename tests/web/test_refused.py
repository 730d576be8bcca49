"""A question the engine refuses: later ones are asked without it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Shown
from tests.web.scripted import TOO_LONG
from tests.web.test_going_on import said
from tray.models.chat import Role

pytestmark = [pytest.mark.web, pytest.mark.slow]

LEFT_OUT = "left out of what you ask next"


def refused(shown: Shown, text: str) -> None:
    shown.ask(text).finish(TOO_LONG)
    expect(shown.page.locator(".message:last-child .failure")).to_contain_text("too long")
    expect(shown.page.locator(".message:last-child .meta")).to_be_hidden()


def test_a_refused_question_is_no_part_of_later_ones_also_after_a_reload(shown: Shown) -> None:
    shown.ready()
    shown.answered("First.")
    refused(shown, "A whole book")
    expect(shown.page.locator(".question").last).to_contain_text(LEFT_OUT)
    shown.page.reload()
    card = shown.page.locator(".failure")
    expect(card).to_contain_text("The engine refused this message")
    expect(card.get_by_role("button")).to_have_text(["Edit message", "Try again"])
    expect(shown.page.locator(".question").last).to_contain_text(LEFT_OUT)
    answer = shown.ask("And?")
    assert [text for _, text in said(answer)] == ["And?", "First.", "And?"]
    answer.finish()


def test_a_refused_question_is_tried_again_or_changed(shown: Shown) -> None:
    shown.ready()
    refused(shown, "A whole book")
    shown.page.get_by_role("button", name="Try again").click()
    again = shown.script.chats.next()
    assert said(again) == [(Role.USER, "A whole book")]
    expect(shown.page.locator(".question")).not_to_contain_text(LEFT_OUT)
    again.finish(TOO_LONG)
    shown.page.locator(".failure").get_by_role("button", name="Edit message").click()
    expect(shown.page.locator(".editing textarea")).to_have_value("A whole book")
    shown.page.keyboard.type("let")
    shown.page.keyboard.press("Enter")
    assert said(shown.script.chats.next()) == [(Role.USER, "A whole booklet")]


def test_an_answered_question_is_refused_no_more(shown: Shown) -> None:
    shown.ready()
    refused(shown, "A whole book")
    shown.page.get_by_role("button", name="Try again").click()
    again = shown.script.chats.next()
    again.say("Read.")
    again.finish()
    expect(shown.page.get_by_role("button", name="Answer again")).to_be_visible()
    shown.page.reload()
    expect(shown.page.locator(".block")).to_have_text("Read.")
    assert [text for _, text in said(shown.ask("So?"))] == ["A whole book", "Read.", "So?"]
