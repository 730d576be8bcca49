"""The page by keyboard and screen reader: every control is named, reached and seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import SMALL, Shown
from tests.web.scripted import BROKEN
from tray.models.chat import FinishChunk, FinishReason

pytestmark = [pytest.mark.web, pytest.mark.slow]

NAMELESS = re.compile(r"^\s*- (button|combobox|textbox|link|checkbox)(:| \[|$)", re.MULTILINE)
FOCUSED = """() => {
    const at = document.activeElement;
    if (at === document.body) return ['outside the page', true];
    const ringed = at.closest('label, form') ?? at;
    const rings = [at, ringed].map((e) => getComputedStyle(e));
    const seen = rings.some((s) => s.outlineStyle !== 'none' || s.boxShadow !== 'none');
    return [at.id || at.textContent, seen];
}"""


COMPOSED = """(box) => [{ isComposing: true }, { keyCode: 229 }, {}].map((how) => {
    const enter = { key: 'Enter', bubbles: true, cancelable: true, ...how };
    return !box.dispatchEvent(new KeyboardEvent('keydown', enter));
})"""


def takes_enter_only_alone(box: Locator) -> None:
    """Not one of an input method, as Chromium tells it or as WebKit does."""
    expect(box).to_be_focused()
    assert box.evaluate(COMPOSED) == [False, False, True]


def test_the_enter_that_ends_a_word_of_an_input_method_sends_nothing(shown: Shown) -> None:
    shown.ready()
    shown.page.fill("#draft", "Why?")
    takes_enter_only_alone(shown.page.locator("#draft"))
    shown.script.chats.next().finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    shown.page.keyboard.press("ArrowUp")
    takes_enter_only_alone(shown.page.locator(".editing textarea"))
    shown.script.chats.next().finish()


def test_the_enter_that_ends_a_word_of_an_input_method_names_and_opens_no_chat(
    shown: Shown,
) -> None:
    shown.ready()
    shown.answered("So.")
    shown.page.click("#chats-open")
    expect(shown.page.locator(".kept .open")).to_have_count(1)
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("F2")
    takes_enter_only_alone(shown.page.get_by_label("New name"))
    shown.page.keyboard.press("ArrowUp")
    takes_enter_only_alone(shown.page.locator("#chats-search"))


def test_the_enter_that_ends_a_word_of_an_input_method_names_and_opens_no_model(
    shown: Shown,
) -> None:
    shown.script.page.models.add("Bison-8B-Q4_K_M")
    shown.page.click("#models-open")
    expect(shown.page.locator(".model-row")).to_have_count(2)
    shown.page.keyboard.type("Bison")
    takes_enter_only_alone(shown.page.get_by_label("Search models"))
    shown.page.locator("#models summary", has_text="Preset").click()
    shown.page.get_by_role("button", name="Rename this preset").click()
    takes_enter_only_alone(shown.page.get_by_label("Name of this preset"))


def test_every_control_is_named(shown: Shown) -> None:
    shown.ready()
    shown.answered("[a](https://a.b) `x`\n\n```py\n1\n```\n\n- [x] done\n")
    assert NAMELESS.findall(shown.page.locator("body").aria_snapshot()) == []


def test_tab_reaches_every_control_and_shows_where_it_is(shown: Shown) -> None:
    reached = []
    for _ in range(14):
        shown.page.keyboard.press("Tab")
        name, seen = shown.page.evaluate(FOCUSED)
        assert seen, name
        reached.append(name)
    controls = {
        "status",
        "chats-open",
        "settings-open",
        "private-new",
        "pin",
        "power",
        "model",
        "attach",
        "draft",
        "What can Paddock do?",
    }
    assert controls <= set(reached)


@pytest.mark.parametrize("at", ["#power", "#scroller", ".copy, [aria-label='Copy answer']"])
def test_what_is_typed_where_nothing_takes_it_is_for_the_box(shown: Shown, at: str) -> None:
    """A click on an answer, or to copy it, takes the caret out of the box."""
    shown.ready()
    shown.answered("So.")
    shown.page.fill("#draft", "I ")
    shown.page.locator(at).first.focus()
    expect(shown.page.locator("#draft")).not_to_be_focused()
    shown.page.keyboard.press("Control+c")
    expect(shown.page.locator("#draft")).not_to_be_focused()
    shown.page.keyboard.type("ask")
    expect(shown.page.locator("#draft")).to_have_value("I ask")
    shown.page.evaluate("navigator.clipboard.writeText(' on')")
    shown.page.locator(at).first.focus()
    shown.page.keyboard.press("Control+v")
    expect(shown.page.locator("#draft")).to_have_value("I ask on")


def test_the_focus_goes_to_the_composer_when_a_button_goes_with_its_press(shown: Shown) -> None:
    draft = shown.page.locator("#draft")

    def press(name: str) -> None:
        shown.page.get_by_role("button", name=name).focus()
        shown.page.keyboard.press("Enter")
        expect(draft).to_be_focused()

    shown.ready()
    shown.answered("So.")
    press("Answer again")
    shown.script.chats.next().finish(FinishChunk(reason=FinishReason.CUT, failure=BROKEN))
    press("Try again")
    answer = shown.script.chats.next()
    answer.say("Half")
    answer.finish(FinishChunk(reason=FinishReason.LENGTH))
    press("Continue")
    shown.script.chats.next().finish()
    press("Undo")
    expect(shown.page.locator(".block")).to_have_text("So.")


def test_who_writes_in_an_earlier_message_still_does_when_the_page_is_seen_again(
    shown: Shown,
) -> None:
    shown.ready()
    shown.answered("So.")
    shown.page.keyboard.press("ArrowUp")
    box = shown.page.locator(".editing textarea")
    expect(box).to_be_focused()
    shown.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(box).to_be_focused()
    shown.page.keyboard.press("Escape")
    shown.page.focus("#power")
    shown.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(shown.page.locator("#draft")).to_be_focused()


def test_the_details_open_and_close_by_keyboard(shown: Shown) -> None:
    shown.page.focus("#status")
    shown.page.keyboard.press("Enter")
    expect(shown.page.locator("#details")).to_contain_text("RAM · 5.0 / 15.0 GiB")
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#details")).to_be_hidden()
    assert "hide" not in shown.script.page.window.asked


def test_the_focus_goes_to_the_box_when_its_button_cannot_be_pressed_any_more(
    shown: Shown,
) -> None:
    shown.script.engines.refuse(BROKEN)
    shown.page.focus("#power")
    shown.page.keyboard.press("Enter")
    again = shown.page.get_by_role("button", name="Start again")
    expect(again).to_be_visible()
    expect(shown.page.locator("#draft")).to_be_focused()
    shown.script.engines.refuse(None)
    again.focus()
    shown.page.keyboard.press("Enter")
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(shown.page.locator("#draft")).to_be_focused()


@pytest.mark.parametrize("zoom", [1, 2])
@pytest.mark.parametrize("size", [SMALL, (320, 360), (900, 700)])
def test_nothing_is_cut_off_however_large_the_text(
    shown: Shown, size: tuple[int, int], zoom: int
) -> None:
    shown.page.set_viewport_size({"width": size[0], "height": size[1]})
    shown.page.evaluate(f"document.documentElement.style.fontSize = '{87.5 * zoom}%'")
    shown.ready()
    shown.answered("A " + "very" * 40 + " long word.\n\n```\n" + "x" * 300 + "\n```\n")
    for control in ("#status", "#power", "#model", "#draft", "#send"):
        box = shown.page.locator(control).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size[0]
        assert box["y"] + box["height"] <= size[1]
    overflow = "(() => { const s = document.getElementById('scroller');"
    overflow += " return [s.scrollWidth - s.clientWidth, s.clientHeight] })()"
    sideways, height = shown.page.evaluate(overflow)
    assert sideways == 0
    assert height >= 60
