"""Answers that go on, questions that are changed, what is kept of answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import THOUGHT_FOR, Shown
from tests.web.scripted import BROKEN, ScriptedAnswer
from tray.models.chat import ChatTimings, FinishChunk, FinishReason, ReasoningChunk, Role

pytestmark = [pytest.mark.web, pytest.mark.slow]

LENGTH = FinishChunk(
    reason=FinishReason.LENGTH, timings=ChatTimings(predicted_tokens=7, tokens_per_second=51.5)
)


def last_meta(shown: Shown, words: str) -> None:
    expect(shown.page.locator(".message:last-child .meta")).to_contain_text(words)


def said(answer: ScriptedAnswer) -> list[tuple[Role, str]]:
    return [(message.role, message.content) for message in answer.request.messages]


def cut_answer(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Why?")
    answer.say(ReasoningChunk(text="Hmm."), "It is:\n\n```py\npri")
    answer.finish(LENGTH)
    last_meta(shown, "7 tokens")


def goes_on(shown: Shown, again: bool = False) -> None:
    shown.page.get_by_role("button", name="Continue").click()
    answer = shown.script.chats.next()
    assert said(answer) == [(Role.USER, "Why?"), (Role.ASSISTANT, "It is:\n\n```py\npri")]
    assert answer.request.messages[-1].reasoning == "Hmm."
    answer.say("nt(1)\n```\n")
    answer.finish(FinishChunk(reason=FinishReason.STOP))
    expect(shown.page.locator("figure.code code")).to_have_text("print(1)")
    expect(shown.page.get_by_role("button", name="Answer again")).to_be_visible()
    expect(shown.page.get_by_role("button", name="Continue")).to_have_count(0)
    expect(shown.page.locator(".answer")).to_have_count(1)


def test_a_cut_answer_goes_on_in_the_same_message_and_is_kept_as_one(shown: Shown) -> None:
    cut_answer(shown)
    goes_on(shown)
    heard = shown.page.locator("#speech").inner_text()
    assert heard.count("It is") == 1
    shown.page.reload()
    expect(shown.page.locator("figure.code code")).to_have_text("print(1)")
    messages = shown.ask("And?").request.messages
    assert [m.content for m in messages] == ["Why?", "It is:\n\n```py\nprint(1)\n```\n", "And?"]


def test_a_cut_answer_goes_on_after_a_reload(shown: Shown) -> None:
    cut_answer(shown)
    shown.page.reload()
    last_meta(shown, "51.5 tokens/s · 7 tokens")
    expect(shown.page.locator(".thinking:not([open]) summary")).to_have_text(THOUGHT_FOR)
    expect(shown.page.locator(".thinking div")).to_be_hidden()
    shown.page.click(".thinking summary")
    expect(shown.page.locator(".thinking div")).to_have_text("Hmm.")
    goes_on(shown)


def test_a_stopped_answer_can_go_on_and_one_that_ended_cannot(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Why?")
    answer.say("It is")
    expect(shown.page.locator(".block")).to_have_text("It is")
    shown.page.keyboard.press("Escape")
    last_meta(shown, "stopped")  # as it is called when the chat is opened again
    shown.page.get_by_role("button", name="Continue").click()
    answer = shown.script.chats.next()
    assert said(answer)[-1] == (Role.ASSISTANT, "It is")
    answer.say(" so.")
    answer.finish()
    expect(shown.page.locator(".block")).to_have_text("It is so.")
    expect(shown.page.get_by_role("button", name="Continue")).to_have_count(0)


def test_the_buttons_of_an_older_failure_leave_later_answers_alone(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("One?")
    answer.say("Half")
    answer.finish(FinishChunk(reason=FinishReason.CUT, failure=BROKEN))
    card = shown.page.locator(".failure")
    expect(card.get_by_role("button")).to_have_text(["Continue", "Try again"])
    shown.answered("Whole.")
    for button in card.locator(".actions button").all():
        expect(button).to_be_hidden()
        button.dispatch_event("click")
    asked = [text for _, text in said(shown.ask("Three?"))]
    assert asked == ["One?", "Half", "And?", "Whole.", "Three?"]


def two_turns(shown: Shown) -> None:
    shown.ready()
    for question in ("One?", "Two?"):
        answer = shown.ask(question)
        answer.say(f"Answer to {question}")
        answer.finish()
        last_meta(shown, "")
        expect(shown.page.get_by_role("button", name="Copy answer").last).to_be_visible()


def test_up_in_an_empty_box_edits_the_last_message_in_its_place(shown: Shown) -> None:
    two_turns(shown)
    shown.page.fill("#draft", "x")
    shown.page.press("#draft", "ArrowUp")
    expect(shown.page.locator(".editing")).to_have_count(0)
    shown.page.fill("#draft", "")
    shown.page.press("#draft", "ArrowUp")
    box = shown.page.locator(".question .editing textarea")
    expect(box).to_be_focused()
    expect(box).to_have_value("Two?")
    shown.page.keyboard.press("Shift+Enter")
    shown.page.keyboard.type("lost")
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#draft")).to_be_focused()
    expect(shown.page.locator(".question").last).to_have_text("Two?")
    assert "hide" not in shown.script.page.window.asked
    shown.page.press("#draft", "ArrowUp")
    shown.page.keyboard.press("Shift+Enter")
    shown.page.keyboard.type("Really?")
    shown.page.keyboard.press("Enter")
    answer = shown.script.chats.next()
    assert [text for _, text in said(answer)] == ["One?", "Answer to One?", "Two?\nReally?"]


@pytest.mark.parametrize("items", [5, 6, 7, 8, 20])
def test_an_edit_is_seen_whole_also_while_it_grows(shown: Shown, items: int) -> None:
    shown.ready()
    shown.answered("".join(f"- item {n}\n" for n in range(items)))
    shown.page.press("#draft", "ArrowUp")
    box = shown.page.locator(".editing textarea")
    expect(box).to_be_focused()
    for text in ("", "one", "two"):
        shown.page.keyboard.type(text)
        shown.page.keyboard.press("Shift+Enter")
        hidden = box.evaluate(
            """async (box) => {
              const frame = () => new Promise(requestAnimationFrame);
              await frame(); await frame();
              const view = document.getElementById("scroller").getBoundingClientRect();
              const { top, bottom } = box.getBoundingClientRect();
              return Math.max(view.top - top, bottom - view.bottom);
            }"""
        )
        assert hidden <= 1


def test_an_edit_survives_a_kill_and_is_over_when_it_is_left(shown: Shown) -> None:
    two_turns(shown)
    shown.page.press("#draft", "ArrowUp")
    box = shown.page.locator(".editing textarea")
    expect(box).to_be_focused()
    with shown.page.expect_response("**/chats/edit"):
        shown.page.keyboard.insert_text(" And so")
    context = shown.page.context
    shown.page.close()
    page = context.new_page()
    page.goto(shown.script.page.url("popover"))
    expect(page.locator(".question").last.locator("textarea")).to_have_value("Two? And so")
    with page.expect_response("**/chats/edit"):
        page.keyboard.press("Escape")
    page.reload()
    expect(page.locator(".question")).to_have_text(["One?", "Two?"])
    expect(page.locator(".editing")).to_have_count(0)


def test_a_changed_question_replaces_what_followed_until_it_is_undone(shown: Shown) -> None:
    two_turns(shown)
    shown.page.locator(".question").first.hover()
    shown.page.get_by_role("button", name="Edit message").first.click()
    shown.page.locator(".editing textarea").fill("Uno?")
    shown.page.get_by_role("button", name="Send").first.click()
    answer = shown.script.chats.next()
    assert said(answer) == [(Role.USER, "Uno?")]
    answer.say("Half")
    expect(shown.page.locator(".message")).to_have_count(2)
    with shown.page.expect_response("**/chats/keep"):
        shown.page.get_by_role("button", name="Undo").click()
    assert answer.closed.wait(10)
    expect(shown.page.locator(".question")).to_have_text(["One?", "Two?"])
    shown.page.reload()
    expect(shown.page.locator(".message")).to_have_text(
        ["One?", "Answer to One?", "Two?", "Answer to Two?"]
    )


def test_another_answer_can_be_undone(shown: Shown) -> None:
    two_turns(shown)
    shown.page.get_by_role("button", name="Answer again").click()
    answer = shown.script.chats.next()
    assert said(answer)[-1] == (Role.USER, "Two?")
    answer.say("Another")
    answer.finish()
    expect(shown.page.locator(".block").last).to_have_text("Another")
    shown.page.get_by_role("button", name="Undo").click()
    expect(shown.page.locator(".block").last).to_have_text("Answer to Two?")


def answered_again(shown: Shown) -> None:
    """An answer in the place of another one, with the offer to undo that."""
    shown.ready()
    shown.answered("First.")
    shown.page.get_by_role("button", name="Answer again").click()
    answer = shown.script.chats.next()
    answer.say("Second.")
    answer.finish()
    expect(shown.page.locator(".message:last-child .meta")).to_be_visible()
    expect(undo(shown)).to_be_visible()


def undo(shown: Shown) -> Locator:
    return shown.page.locator("#notice").get_by_role("button", name="Undo")


def test_the_undo_of_an_answer_is_over_with_the_next_question(shown: Shown) -> None:
    answered_again(shown)
    answer = shown.ask("More?")
    expect(undo(shown)).to_be_hidden()
    answer.finish()


def test_the_undo_of_an_answer_is_over_when_its_chat_is_deleted(shown: Shown) -> None:
    answered_again(shown)
    shown.page.click("#chats-open")
    expect(shown.page.locator(".kept .open")).to_have_count(1)
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Delete")
    expect(shown.page.locator("#chats-notice")).to_be_visible()
    expect(undo(shown)).to_be_hidden()


def test_the_undo_of_an_answer_leaves_later_settings_alone(shown: Shown) -> None:
    answered_again(shown)
    shown.page.click("#settings-open")
    shown.page.get_by_label("System prompt").fill("Be brief.")
    shown.page.keyboard.press("Escape")
    undo(shown).click()
    expect(shown.page.locator(".block")).to_have_text("First.")
    asked = [text for _, text in said(shown.ask("More?"))]
    assert asked == ["Be brief.", "And?", "First.", "More?"]
