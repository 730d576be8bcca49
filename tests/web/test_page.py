"""The page in Chromium, over the real local API and an engine of a script."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import THOUGHT_FOR, Shown
from tests.web.page_setup import WAIT
from tests.web.scripted import BROKEN
from tray.models.catalog import FoundModel
from tray.models.chat import (
    ChatTimings,
    FinishChunk,
    FinishReason,
    PromptProgressChunk,
    ReasoningChunk,
    Role,
)
from tray.models.launch import Vitals

pytestmark = [pytest.mark.web, pytest.mark.slow]


def test_the_token_leaves_the_address_bar_and_a_reload_works(shown: Shown) -> None:
    assert shown.page.url == f"{shown.script.page.origin}/"
    shown.page.reload()
    expect(shown.page.locator("#words")).to_have_text("Stopped")


def test_one_script_brings_the_page_and_each_module_is_there_once(shown: Shown) -> None:
    asked: list[str] = []
    shown.page.on("request", lambda request: asked.append(request.url))
    shown.page.reload()
    expect(shown.page.locator("#words")).to_have_text("Stopped")
    scripts = [url for url in asked if url.endswith(".js")]
    assert scripts == [f"{shown.script.page.origin}/web/main.js"]
    # A second instance would know of no snapshot.
    phase = 'async () => (await import("/web/header.js")).serverState().phase'
    assert shown.page.evaluate(phase) == "stopped"


def test_a_stranger_sees_nothing_but_that_paddock_does_not_answer(shown: Shown) -> None:
    page = shown.page.context.browser.new_page()  # type: ignore[union-attr]
    page.goto(shown.script.page.origin)
    expect(page.locator("#trouble")).to_contain_text("Paddock does not answer")
    page.close()


def test_an_answer_is_shown_while_it_streams(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("How do I add my own model?")
    answer.say("Copy it into the **model", " folder**.\n\n1. Open")
    expect(shown.page.locator(".block").first).to_have_text("Copy it into the model folder.")
    expect(shown.page.locator(".block strong")).to_have_text("model folder")
    answer.say(" it\n")
    timings = ChatTimings(
        cached_tokens=40,
        prompt_tokens=12,
        predicted_tokens=9,
        tokens_per_second=54.3,
        time_to_first_token_ms=120,
    )
    answer.finish(FinishChunk(reason=FinishReason.STOP, timings=timings))
    line = "54.3 tokens/s · 0.12 s to first token · 61 / 1,024 tokens"
    expect(shown.page.locator(".meta")).to_contain_text(line)
    expect(shown.page.locator(".block li")).to_have_text("Open it")


def test_the_next_question_carries_the_conversation(shown: Shown) -> None:
    shown.ready()
    shown.answered("It *was* so.")
    said = shown.ask("Really?").request.messages
    assert [(m.role, m.content) for m in said] == [
        (Role.USER, "And?"),
        (Role.ASSISTANT, "It *was* so."),
        (Role.USER, "Really?"),
    ]


def test_reasoning_folds_away_and_progress_is_told(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Hm?")
    answer.say(PromptProgressChunk(total=2048, cached=0, processed=512, elapsed_ms=10))
    expect(shown.page.locator(".waiting")).to_contain_text("512 of 2,048 tokens")
    answer.say(ReasoningChunk(text="Let me see."))
    expect(shown.page.locator(".thinking summary")).to_have_text("Thinking")
    answer.say("Yes.")
    expect(shown.page.locator(".thinking summary")).to_have_text(THOUGHT_FOR)
    expect(shown.page.get_by_text("Let me see.")).to_be_hidden()
    shown.page.click(".thinking summary")
    expect(shown.page.get_by_text("Let me see.")).to_be_visible()


def test_stop_and_escape_cancel_and_keep_what_came(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("One?")
    answer.say("First ")
    expect(shown.page.locator(".block")).to_have_text("First")
    shown.page.get_by_role("button", name="Stop", exact=True).last.click()
    assert answer.closed.wait(10)
    expect(shown.page.locator(".meta")).to_contain_text("stopped")
    expect(shown.page.locator(".block")).to_have_text("First")
    second = shown.ask("Two?")
    shown.page.press("#draft", "Escape")
    assert second.closed.wait(10)
    shown.script.page.window.wait_for(False)


def test_escape_hides_when_nothing_is_under_way(shown: Shown) -> None:
    shown.page.press("#draft", "Escape")
    shown.script.page.window.wait_for("hide")
    assert shown.script.page.window.asked == ["hide"]


def test_a_draft_and_a_pin_hold_the_popover(shown: Shown) -> None:
    window = shown.script.page.window
    for draft, held in (("half a thought", True), ("", False)):
        shown.page.fill("#draft", draft)
        window.wait_for(held)
    shown.page.click("#pin")
    window.wait_for(True)
    assert window.asked == [True, False, True]


def test_a_private_chat_needs_its_popover_until_it_is_left(shown: Shown) -> None:
    window = shown.script.page.window
    shown.page.get_by_role("button", name="Private chat").click()
    window.wait_for("need True")
    shown.page.get_by_role("button", name="New chat").click()
    window.wait_for("need False")
    assert window.asked == ["need True", "need False"]


def test_a_page_that_begins_anew_takes_back_what_the_one_before_it_asked_for(
    shown: Shown,
) -> None:
    """A pin and a private chat are gone with a web process that crashed."""
    window = shown.script.page.window
    shown.page.click("#pin")
    window.wait_for(True)
    shown.page.click("#private-new")
    window.wait_for("need True")
    shown.page.reload()
    expect(shown.page.locator("#pin")).to_have_attribute("aria-pressed", "false")
    window.wait_until_free()


# Which parts of the document change from now on, and which have.
WATCH = """() => {
  window.changed = [];
  const note = ({ target }) => changed.push(target.closest("[id]")?.id ?? target.localName);
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver((records) => records.forEach(note)).observe(document, all);
}"""


def test_only_what_has_changed_is_shown_anew(shown: Shown) -> None:
    """The rest would be laid out and painted with it, each second."""
    shown.ready()
    shown.page.evaluate(WATCH)
    shown.state_comes()
    assert set(shown.page.evaluate("changed")) == {"meters"}


def test_half_of_a_sign_that_was_pasted_keeps_no_chat_from_going_on(shown: Shown) -> None:
    """What is no text in Unicode is a body that no server reads, with each further question."""
    shown.ready()
    half = "document.querySelector('#draft').value = 'half \\ud83d'"
    shown.page.evaluate(f"{half}; draft.dispatchEvent(new Event('input'))")
    shown.page.press("#draft", "Enter")
    answer = shown.script.chats.next()
    assert [m.content for m in answer.request.messages] == ["half \ufffd"]
    answer.say("Whole.")
    answer.finish()
    expect(shown.page.locator(".meta")).to_be_visible()
    shown.answered("So.")


class SlowPopover:
    """Holds when it is let."""

    def __init__(self) -> None:
        self.let = Event()

    def hide(self) -> None:
        """Never."""

    def hold(self, held: bool) -> None:
        assert self.let.wait(WAIT), held

    def need(self, needed: bool) -> None:
        """Nothing here."""


def test_a_hold_that_is_slow_is_not_overtaken(shown: Shown) -> None:
    window, popover = shown.script.page.window, SlowPopover()
    window.popover = popover
    shown.page.fill("#draft", "half a thought")
    window.wait_for(True)
    shown.page.fill("#draft", "")
    shown.page.get_by_role("button", name="Chats").click()
    expect(shown.page.locator("#chats-note")).not_to_be_empty()
    assert window.asked == [True]
    popover.let.set()
    window.wait_for(False)
    assert window.asked == [True, False]


def test_shift_enter_breaks_the_line(shown: Shown) -> None:
    shown.ready()
    shown.page.type("#draft", "one")
    shown.page.press("#draft", "Shift+Enter")
    shown.page.type("#draft", "two")
    shown.page.press("#draft", "Enter")
    assert shown.script.chats.next().request.messages[0].content == "one\ntwo"


def test_a_draft_too_long_for_the_browser_to_keep_can_be_sent(shown: Shown) -> None:
    """It keeps five million letters in all; to lay out as many takes it minutes of a CPU."""
    shown.ready()
    long = """(box) => {
      sessionStorage.setItem("others", "x".repeat(5_000_000));
      box.value = "x".repeat(300_000);
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }"""
    shown.page.locator("#draft").evaluate(long)
    expect(shown.page.locator("#send")).to_be_enabled()
    assert shown.page.evaluate("sessionStorage.getItem('paddock.draft')") is None
    shown.page.press("#draft", "Enter")
    assert shown.script.chats.next().request.messages[0].content == "x" * 300_000


def test_sending_while_stopped_starts_the_engine_and_waits(shown: Shown) -> None:
    shown.script.engines.may_be_ready.clear()
    shown.page.get_by_role("button", name="What can Paddock do?").click()
    expect(shown.page.locator(".waiting")).to_have_text("Starting · demo model")
    counted = re.compile(r"^Starting · demo model · ([3-9]|\d\d+) s$")
    expect(shown.page.locator(".waiting")).to_have_text(counted)
    shown.script.engines.may_be_ready.set()
    answer = shown.script.chats.next()
    answer.say("A lot.")
    expect(shown.page.locator(".block")).to_have_text("A lot.")


def counts_down(shown: Shown, seconds: int, to: int = 0) -> None:
    """As slowly as the page shows it."""
    words = shown.page.locator("#words")
    for left in range(seconds, to, -1):
        expect(words).to_have_text(f"Restarting in {left} s")
        shown.script.clock.second_passes()


def test_a_crash_is_counted_down_and_can_be_retried_at_once_or_given_up(shown: Shown) -> None:
    words, card = shown.page.locator("#words"), shown.page.locator(".failure")
    processes = shown.script.engines.processes
    shown.ready()
    shown.script.clock.hold()
    for seconds in (1, 2):  # each crash doubles the wait
        processes[-1].end(retryable=True)
        counts_down(shown, seconds)
        expect(words).to_have_text("Ready")
    processes[-1].end(retryable=True)
    counts_down(shown, 4, to=3)
    expect(words).to_have_text("Restarting in 3 s")
    expect(card).to_contain_text("It ended")
    card.get_by_role("button", name="Retry now").click()
    expect(words).to_have_text("Ready")
    expect(card).to_have_count(0)
    processes[-1].end(retryable=True)
    card.get_by_role("button", name="Stop trying").click()
    expect(words).to_have_text("Stopped")


def test_a_hung_engine_is_shown_and_the_user_is_asked(shown: Shown) -> None:
    words, card = shown.page.locator("#words"), shown.page.locator("#trouble .failure")
    shown.ready()
    shown.script.engines.processes[0].seen = Vitals(suspended=True)
    answer = shown.ask("Hello")
    expect(words).to_have_text("Not answering")
    expect(card).to_contain_text("The engine is suspended")
    card.get_by_role("button", name="Wait").click()
    expect(card).to_have_count(0)
    answer.say("Here I am.")
    shown.script.engines.processes[0].seen = Vitals()
    expect(words).to_have_text("Ready")
    shown.script.engines.processes[0].seen = Vitals(suspended=True)
    card.get_by_role("button", name="Restart").click()
    expect(words).to_have_text("Ready")
    assert [process.ended for process in shown.script.engines.processes] == [True, False]


def test_a_failed_start_says_why_and_can_be_tried_again(shown: Shown) -> None:
    shown.script.engines.refuse(BROKEN)
    shown.page.click("#power")
    card = shown.page.locator(".failure")
    expect(card).to_contain_text(BROKEN.title)
    expect(card).to_contain_text(BROKEN.detail)
    expect(card.locator("pre")).to_be_hidden()
    card.locator("summary").click()
    expect(card.locator("pre")).to_contain_text(BROKEN.log_lines[0])
    shown.script.engines.refuse(None)
    card.get_by_role("button", name="Start again").click()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(card).to_have_count(0)


def test_an_answer_that_breaks_off_is_asked_again(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Hello?")
    answer.say("Half an ans")
    answer.finish(FinishChunk(reason=FinishReason.CUT, failure=BROKEN))
    expect(shown.page.locator(".answer .failure")).to_contain_text(BROKEN.title)
    shown.page.get_by_role("button", name="Try again").click()
    again = shown.script.chats.next()
    assert [m.content for m in again.request.messages] == ["Hello?"]
    expect(shown.page.locator(".answer")).to_have_count(1)


def test_a_question_that_a_busy_paddock_turns_away_is_asked_again(shown: Shown) -> None:
    shown.ready()
    shown.expected.append("status of 503")
    shown.page.route("**/api/page/chat", lambda route: route.fulfill(status=503))
    shown.page.fill("#draft", "Hello?")
    shown.page.press("#draft", "Enter")
    expect(shown.page.locator(".answer .failure")).to_contain_text("Paddock is busy")
    shown.page.unroute("**/api/page/chat")
    shown.page.get_by_role("button", name="Try again").click()
    again = shown.script.chats.next()
    assert [m.content for m in again.request.messages] == ["Hello?"]


def test_choosing_a_model_restarts_the_engine_with_it(shown: Shown) -> None:
    shown.ready()
    shown.page.select_option("#model", label="gemma-3-1b-it-Q8_0")
    expect(shown.page.locator("#status")).to_have_attribute("title", re.compile("Ready.*gemma"))
    assert shown.script.engines.configs[-1].model_path == Path("/m/gemma.gguf")


def test_who_has_just_chosen_a_model_sees_the_one_that_runs_when_the_list_grows(
    shown: Shown,
) -> None:
    shown.ready()
    shown.page.focus("#model")
    shown.page.select_option("#model", label="gemma-3-1b-it-Q8_0")
    expect(shown.page.locator("#status")).to_have_attribute("title", re.compile("Ready.*gemma"))
    shown.script.page.few.append(FoundModel(name="new", path=Path("/m/new.gguf"), size=1))
    shown.script.page.desk.opened()
    expect(shown.page.locator("#model option", has_text="new")).to_be_attached()
    expect(shown.page.locator("#model-name")).to_have_text("gemma-3-1b-it-Q8_0")


def test_choosing_while_stopped_waits_for_the_start(shown: Shown) -> None:
    shown.page.select_option("#model", label="gemma-3-1b-it-Q8_0")
    expect(shown.page.locator("#words")).to_have_text("Stopped")
    shown.page.click("#power")
    expect(shown.page.locator("#words")).to_have_text("Ready")
    assert [c.model_path for c in shown.script.engines.configs] == [Path("/m/gemma.gguf")]


def test_a_link_opens_outside_and_only_after_asking(shown: Shown) -> None:
    shown.ready()
    shown.answered("[here](https://example.org/a?b=c) and [no](javascript:alert(1))")
    expect(shown.page.locator(".block a")).to_have_count(1)
    opened = shown.script.page.opened
    shown.page.click(".block a")
    expect(shown.page.locator("#leave-host")).to_have_text("example.org")
    shown.page.get_by_role("button", name="Cancel").click()
    shown.page.click(".block a", button="middle")
    with shown.page.expect_response("**/api/open"):
        shown.page.get_by_role("button", name="Open", exact=True).click()
    assert opened == ["https://example.org/a?b=c"]
    assert shown.page.url == f"{shown.script.page.origin}/"


def link_refused(shown: Shown) -> Locator:
    """The card that says so."""
    failure = {"title": "It cannot be opened", "detail": "There is no browser.", "log_lines": []}
    shown.page.route(
        "**/api/open", lambda route: route.fulfill(status=409, json={"error": failure})
    )
    shown.page.click(".block a")
    shown.page.get_by_role("button", name="Open", exact=True).click()
    card = shown.page.locator("#trouble .failure")
    expect(card).to_contain_text("It cannot be opened")
    return card


def test_what_was_refused_is_told_until_it_is_closed_or_more_is_asked_for(shown: Shown) -> None:
    shown.ready()
    shown.answered("[here](https://example.org)")
    card = link_refused(shown)
    shown.state_comes()
    card.get_by_role("button", name="Close").click()
    expect(card).to_have_count(0)
    link_refused(shown)
    shown.page.click("#power")
    expect(shown.page.locator("#words")).to_have_text("Stopped")
    expect(card).to_have_count(0)


def test_what_was_refused_stands_before_a_failed_start_until_it_is_closed(shown: Shown) -> None:
    shown.ready()
    shown.answered("[here](https://example.org)")
    shown.script.page.service.stop().result(10)
    shown.script.engines.refuse(BROKEN)
    shown.page.click("#power")
    expect(shown.page.locator("#trouble .failure")).to_contain_text(BROKEN.title)
    card = link_refused(shown)
    shown.state_comes()
    card.get_by_role("button", name="Close").click()
    expect(card).to_contain_text(BROKEN.title)


def test_code_is_copied_with_a_click(shown: Shown) -> None:
    shown.ready()
    shown.answered("```python\nprint('hé')\n```\n")
    expect(shown.page.locator("figcaption")).to_have_text("python")
    shown.page.get_by_role("button", name="Copy python code").click()
    expect(shown.page.locator("#speech")).to_contain_text("Copied")
    assert shown.page.evaluate("navigator.clipboard.readText()") == "print('hé')\n"


def test_the_view_follows_until_the_reader_scrolls_up(shown: Shown) -> None:
    def gap() -> float:
        script = "(() => { const s = document.getElementById('scroller');"
        return float(
            shown.page.evaluate(
                script + "return s.scrollHeight - s.scrollTop - s.clientHeight })()"
            )
        )

    shown.ready()
    answer = shown.ask("Much, please.")
    for number in range(30):
        answer.say(f"Paragraph {number}.\n\n")
    expect(shown.page.locator("#messages").get_by_text("Paragraph 29.")).to_be_in_viewport()
    shown.page.mouse.move(190, 250)
    shown.page.mouse.wheel(0, -300)
    expect(shown.page.locator("#latest")).to_be_visible()
    held = gap()
    answer.say("Last one.\n\n")
    expect(shown.page.locator("#messages").get_by_text("Last one.")).to_be_attached()
    assert gap() > held
    shown.page.click("#latest")
    expect(shown.page.locator("#messages").get_by_text("Last one.")).to_be_in_viewport()
    expect(shown.page.locator("#latest")).to_be_hidden()


def test_the_way_to_the_latest_text_goes_when_all_of_it_is_in_sight(shown: Shown) -> None:
    shown.ready()
    shown.answered("\n\n".join(f"Paragraph {number}." for number in range(12)))
    shown.page.mouse.move(190, 250)
    shown.page.mouse.wheel(0, -300)
    expect(shown.page.locator("#latest")).to_be_visible()
    shown.page.set_viewport_size({"width": 380, "height": 900})
    expect(shown.page.locator("#latest")).to_be_hidden()


def test_no_button_takes_the_place_of_one_that_comes_or_goes(shown: Shown) -> None:
    """Or the second click of two would open what was not meant."""

    def places() -> list[object]:
        names = ("chats-open", "models-open", "settings-open")
        return [shown.page.locator(f"#{name}").bounding_box() for name in names]

    shown.ready()
    before = places()
    shown.answered("So.")
    expect(shown.page.locator("#new")).to_be_visible()
    assert places() == before
    shown.page.click("#new")
    expect(shown.page.locator("#new")).to_be_hidden()
    assert places() == before


def test_finished_sentences_are_spoken_not_tokens(shown: Shown) -> None:
    shown.ready()
    spoken = shown.page.locator("#speech")
    answer = shown.ask("Speak.")
    answer.say("One is do")
    expect(shown.page.locator(".block")).to_have_text("One is do")
    expect(spoken).not_to_contain_text("One is")
    answer.say("ne. Two is")
    expect(spoken).to_contain_text("One is done.")
    expect(spoken).not_to_contain_text("Two")
    answer.say(" over.\n\n```sh\nls\n```\n")
    answer.finish()
    expect(spoken).to_contain_text("Two is over.")
    expect(spoken).to_contain_text("Code block in sh.")
    expect(spoken).not_to_contain_text("ls")


def test_sentences_without_a_space_between_them_are_spoken(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("说")
    answer.say("第一句话。第二")
    expect(shown.page.locator("#speech")).to_contain_text("第一句话。")
    expect(shown.page.locator("#speech")).not_to_contain_text("第二")
    answer.say("句话！")
    answer.finish()
    expect(shown.page.locator("#speech p").last).to_have_text("第二句话！")


def test_items_of_a_list_are_spoken_one_by_one(shown: Shown) -> None:
    shown.ready()
    shown.answered("- red\n- green\n  - light\n\n1. one\n\n2. two\n")
    lines = shown.page.locator("#speech p").all_inner_texts()
    assert lines[-5:] == ["red", "green", "light", "one", "two"]


def test_a_new_chat_can_be_undone(shown: Shown) -> None:
    shown.ready()
    shown.answered("Kept.")
    shown.page.get_by_role("button", name="New chat").click()
    expect(shown.page.locator("#suggestions")).to_be_visible()
    shown.page.get_by_role("button", name="Undo").click()
    expect(shown.page.locator("#messages").get_by_text("Kept.")).to_be_visible()
    assert len(shown.ask("More").request.messages) == 3


def test_a_model_that_writes_blank_lines_for_ever_does_not_hold_the_page_up(shown: Shown) -> None:
    """What is looked for in the words grows with them only; it took 8 s."""
    took = shown.page.evaluate(
        """async () => {
          const { Speech } = await import("/web/speech.js");
          const block = document.createElement("div");
          block.textContent = "One. Two" + " \\n".repeat(100000);
          const begun = performance.now();
          new Speech().heard({ index: 0, final: false }, block);
          return performance.now() - begun;
        }"""
    )
    assert took < 1000
    expect(shown.page.locator("#speech")).to_contain_text("One.")
    expect(shown.page.locator("#speech")).not_to_contain_text("Two")
