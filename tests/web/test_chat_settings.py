"""System prompt and sampling of one conversation, in the panel of the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import Shown
from tray.models.chat import Role
from tray.models.launch import ReadyInfo
from tray.models.sampling import Sampling

pytestmark = [pytest.mark.web, pytest.mark.slow]

OWN = Sampling(temperature=0.8, top_p=0.95, top_k=40, min_p=0.05)


def panel(shown: Shown) -> Locator:
    shown.page.click("#settings-open")
    expect(shown.page.get_by_label("System prompt")).to_be_visible()
    return shown.page.locator("#settings")


def test_empty_fields_show_what_the_engine_does(shown: Shown) -> None:
    shown.script.engines.ready = ReadyInfo(context_size=1024, sampling=OWN)
    fields = panel(shown)
    expect(fields.get_by_label("Temperature")).to_have_attribute("placeholder", "default")
    shown.page.keyboard.press("Escape")
    shown.ready()
    for label, words in (
        ("Temperature", "0.8"),
        ("Top-p", "0.95"),
        ("Top-k", "40"),
        ("Min-p", "0.05"),
        ("Max tokens", "no limit"),
        ("Seed", "random"),
    ):
        expect(fields.get_by_label(label)).to_have_attribute("placeholder", words)


def test_what_is_set_goes_with_each_question_and_stays_with_its_chat(shown: Shown) -> None:
    shown.ready()
    fields = panel(shown)
    fields.get_by_label("System prompt").fill("Be brief.")
    fields.get_by_label("Temperature").fill("0,5")
    fields.get_by_label("Seed").fill("7")
    with shown.page.expect_response("**/chats/settings"):
        shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#draft")).to_be_focused()
    shown.page.reload()
    expect(shown.page.locator("#settings-open.set")).to_be_visible()
    answer = shown.ask("Why?")
    request = answer.request
    assert (request.messages[0].role, request.messages[0].content) == (Role.SYSTEM, "Be brief.")
    assert (request.temperature, request.seed, request.top_k) == (0.5, 7, None)
    answer.say("So.")
    answer.finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    shown.page.click("#new")
    expect(shown.page.locator("#settings-open.set")).to_have_count(0)
    request = shown.ask("Anew?").request
    assert (len(request.messages), request.temperature) == (1, None)
    shown.page.click("#chats-open")
    shown.page.locator(".kept .open", has_text="Why?").click()
    expect(shown.page.locator("#chats")).to_be_hidden()
    assert shown.ask("And?").request.temperature == 0.5
    expect(panel(shown).get_by_label("Temperature")).to_have_value("0.5")


@pytest.mark.parametrize("way", ["composer", "suggestion"])
def test_what_is_set_just_before_the_first_question_is_not_for_the_next_chat(
    shown: Shown, way: str
) -> None:
    shown.ready()
    panel(shown).get_by_label("System prompt").fill("Be brief.")
    shown.page.keyboard.press("Escape")
    if way == "composer":
        answer = shown.ask("Why?")
    else:
        shown.page.get_by_role("button", name="What can Paddock do?").click()
        answer = shown.script.chats.next()
    assert answer.request.messages[0].content == "Be brief."
    answer.finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    # What is set last has been kept when a later draft is.
    with shown.page.expect_response("**/chats/draft"):
        shown.page.fill("#draft", "Then")
    shown.page.fill("#draft", "")
    shown.page.click("#new")
    assert [m.content for m in shown.ask("Anew?").request.messages] == ["Anew?"]


@pytest.mark.parametrize(
    ("label", "text", "words"),
    [
        ("Temperature", "warm", "A number, 0 or more"),
        ("Top-p", "1.5", "A number from 0 to 1"),
        ("Top-k", "2.5", "A whole number, 0 or more"),
        ("Max tokens", "0", "A whole number, 1 or more"),
        ("Seed", "-2", "A whole number, -1 or more"),
    ],
)
def test_what_is_no_value_is_told_at_its_field_and_not_lost(
    shown: Shown, label: str, text: str, words: str
) -> None:
    shown.ready()
    field = panel(shown).get_by_label(label)
    field.fill(text)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(shown.page.locator(".problem:not(:empty)")).to_have_text(words)
    shown.page.keyboard.press("Escape")
    shown.page.fill("#draft", "Why?")
    shown.page.press("#draft", "Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value(text)
    expect(shown.page.locator("#draft")).to_have_value("Why?")
    field.fill("")
    expect(field).to_have_attribute("aria-invalid", "false")
    shown.page.keyboard.press("Escape")
    shown.page.press("#draft", "Enter")
    assert shown.script.chats.next().request.messages[0].content == "Why?"


def test_the_settings_of_a_private_chat_are_kept_nowhere(shown: Shown) -> None:
    shown.ready()
    shown.page.click("#private-new")
    panel(shown).get_by_label("System prompt").fill("secretword")
    shown.page.keyboard.press("Escape")
    shown.ask("Why?").finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    for part in filter(Path.is_file, shown.script.page.kept.rglob("*")):
        assert b"secretword" not in part.read_bytes(), part
    shown.page.click("#new")
    expect(shown.page.locator("#settings-open.set")).to_have_count(0)
