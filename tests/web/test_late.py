"""What Paddock answers late, out of turn or not at all, and what the reader does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.conftest import Shown
from tests.web.page_setup import WAIT
from tests.web.test_chats import new_chat, panel, said, three, tool
from tray.models.chat import Role
from tray.models.config import LlamaCppConfig
from tray.models.conversation import ChatSettings, KeptMessage
from tray.models.metrics import FreedMemory
from tray.models.notice import Notice, NoticeKind
from tray.models.state import ModelId

pytestmark = [pytest.mark.web, pytest.mark.slow]

CHAT = "0d8e7f0a-52f5-4b0e-8d9d-7f3c55b1c0aa"


@dataclass
class Held:
    """Calls that are under way, oldest first."""

    page: Page
    routes: list[Route] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        self.routes.append(route)

    def wait_for(self, number: int) -> None:
        deadline = time.monotonic() + WAIT
        while len(self.routes) < number:
            assert time.monotonic() < deadline, f"{len(self.routes)} of {number} calls"
            self.page.wait_for_timeout(10)

    def let_go(self, at: int = 0) -> None:
        """Let one on, until its answer is here."""
        route = self.routes[at]
        with self.page.expect_response(lambda got: got.request == route.request) as answered:
            route.continue_()
        answered.value.finished()


@contextmanager
def holding(shown: Shown, path: str) -> Iterator[Held]:
    """Calls to this path are under way until they are let go, or the block ends."""
    held = Held(shown.page)
    shown.page.route(path, held)
    yield held
    shown.page.unroute(path)


def busy(shown: Shown, path: str) -> None:
    """Paddock turns such calls away."""
    shown.expected.append("status of 503")
    shown.page.route(path, lambda route: route.fulfill(status=503))


def states_come_until(shown: Shown, made_good: Callable[[], bool]) -> None:
    """As they do each second: the first may come before the page knows of the call that failed."""
    deadline = time.monotonic() + WAIT
    while not made_good():
        assert time.monotonic() < deadline, "no state made it good"
        shown.state_comes()


def test_what_is_kept_late_does_not_end_the_keeping_of_an_answer(shown: Shown) -> None:
    shown.ready()
    said(shown, "One?", "First.")
    shown.page.get_by_role("button", name="Answer again").click()
    shown.script.chats.next().finish()
    with holding(shown, "**/api/page/chats/keep") as held:
        shown.page.get_by_role("button", name="Undo").click()
        expect(shown.page.locator(".block")).to_have_text("First.")
        held.wait_for(1)
        shown.page.fill("#draft", "Two?")
        shown.page.press("#draft", "Enter")
        expect(shown.page.locator(".waiting")).to_be_visible()
        held.let_go()
    answer = shown.script.chats.next()
    answer.say("Second.")
    answer.finish()
    expect(shown.page.locator(".message:last-child .meta")).to_be_visible()
    shown.page.reload()
    expect(shown.page.locator(".message")).to_have_text(["One?", "First.", "Two?", "Second."])


def test_a_question_that_waits_for_what_is_kept_can_be_stopped(shown: Shown) -> None:
    shown.ready()
    with holding(shown, "**/api/page/chats/draft") as held:
        shown.page.fill("#draft", "One?")
        held.wait_for(1)
        shown.page.press("#draft", "Enter")
        shown.page.press("#draft", "Escape")
        expect(shown.page.locator(".meta")).to_contain_text("stopped")
        held.let_go()
    said(shown, "Two?", "Second.")
    expect(shown.page.locator(".block")).to_have_text("Second.")


@pytest.mark.parametrize("name", ["New chat", "Private chat"])
def test_a_chat_that_opens_late_does_not_come_over_one_begun_meanwhile(
    shown: Shown, name: str
) -> None:
    three(shown)
    rows = panel(shown)
    with holding(shown, "**/api/page/chats/show") as held:
        rows.first.click()
        held.wait_for(1)
        shown.page.locator("#chats").get_by_role("button", name=name).click()
        shown.page.fill("#draft", "of this one alone")
        held.let_go()
    shown.state_comes()
    expect(shown.page.locator("#draft")).to_have_value("of this one alone")
    expect(shown.page.locator(".message")).to_have_count(0)
    assert shown.page.locator("body.private").count() == (name == "Private chat")


def test_a_chat_that_opens_late_does_not_end_an_answer_asked_for_meanwhile(shown: Shown) -> None:
    three(shown)
    panel(shown).first.click()
    expect(shown.page.locator(".question")).to_have_text("About stars")
    rows = panel(shown)
    with holding(shown, "**/api/page/chats/show") as held:
        rows.last.click()
        held.wait_for(1)
        shown.page.keyboard.press("Escape")
        shown.page.fill("#draft", "Which?")
        shown.page.press("#draft", "Enter")
        held.let_go()
    answer = shown.script.chats.next()
    answer.say("Mars.")
    answer.finish()
    expect(shown.page.locator(".question")).to_have_text(["About stars", "Which?"])
    expect(shown.page.locator(".message:last-child")).to_contain_text("Mars.")


def test_of_two_chats_opened_in_a_row_the_last_is_shown(shown: Shown) -> None:
    three(shown)
    rows = panel(shown)
    with holding(shown, "**/api/page/chats/show") as held:
        rows.first.click()
        rows.last.click()
        held.wait_for(1)
        held.let_go()
        held.wait_for(2)
        expect(shown.page.locator("#chats")).to_be_visible()
        held.let_go(1)
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_a_chat_opened_while_the_one_that_is_shown_is_deleted_stays(shown: Shown) -> None:
    three(shown)
    panel(shown).first.click()
    expect(shown.page.locator(".question")).to_have_text("About stars")
    rows = panel(shown)
    with holding(shown, "**/api/page/chats/delete") as held:
        tool(shown, "About stars", "Delete")
        held.wait_for(1)
        rows.last.click()
        held.let_go()
    expect(shown.page.locator(".question")).to_have_text("About cows")
    expect(shown.page.locator("#chats")).to_be_hidden()
    shown.state_comes()
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_what_is_set_before_a_new_chat_is_known_holds(shown: Shown) -> None:
    shown.ready()
    said(shown, "One?", "First.")
    with holding(shown, "**/api/page/chats/show") as held:
        new_chat(shown)
        held.wait_for(1)
        shown.page.click("#settings-open")
        shown.page.get_by_label("System prompt").fill("Be brief.")
        held.let_go()
    shown.state_comes()
    expect(shown.page.get_by_label("System prompt")).to_have_value("Be brief.")
    shown.page.keyboard.press("Escape")
    assert shown.ask("Two?").request.messages[0].content == "Be brief."


def test_a_new_chat_that_is_begun_twice_has_its_draft_once(shown: Shown) -> None:
    shown.page.fill("#draft", "half a thought")
    shown.page.click("#chats-open")
    shown.page.click("#chats-private")
    expect(shown.page.locator("#draft")).to_have_value("")
    with holding(shown, "**/api/page/chats/show") as held:
        for _ in range(2):
            shown.page.click("#chats-open")
            shown.page.click("#chats-new")
        held.wait_for(1)
        held.let_go()
        held.wait_for(2)
        held.let_go(1)
    expect(shown.page.locator("#draft")).to_have_value("half a thought")


def test_a_list_that_comes_late_does_not_end_a_new_name(shown: Shown) -> None:
    three(shown)
    expect(panel(shown)).to_have_count(3)
    with holding(shown, "**/api/page/chats") as held:
        tool(shown, "About cows", "Pin")
        held.wait_for(1)
        shown.page.locator(".kept .open", has_text="About dinner").press("F2")
        shown.page.keyboard.type("Supp")
        held.let_go()
    shown.state_comes()
    expect(shown.page.get_by_label("New name")).to_be_focused()
    shown.page.keyboard.type("er")
    shown.page.keyboard.press("Enter")
    titles = shown.page.locator(".kept .title")
    expect(titles).to_have_text(["About cows", "About stars", "Supper"])


def test_a_list_that_waited_for_a_new_name_comes_when_there_is_none(shown: Shown) -> None:
    three(shown)
    expect(panel(shown)).to_have_count(3)
    with holding(shown, "**/api/page/chats") as held:
        tool(shown, "About cows", "Pin")
        held.wait_for(1)
        shown.page.locator(".kept .open", has_text="About dinner").press("F2")
        held.let_go()
    shown.state_comes()
    shown.page.keyboard.press("Escape")
    titles = shown.page.locator(".kept .title")
    expect(titles).to_have_text(["About cows", "About stars", "About dinner"])


def eight_answers(shown: Shown) -> None:
    """A kept chat whose first answers are drawn when they come near the view."""
    turns = [
        message
        for number in range(8)
        for message in (
            KeptMessage(role=Role.USER, content=f"{number}?"),
            KeptMessage(role=Role.ASSISTANT, content=f"Answer **{number}**."),
        )
    ]
    shown.script.page.desk.chats.keep(CHAT, turns, ChatSettings())
    shown.page.set_viewport_size({"width": 380, "height": 1600})
    shown.page.reload()
    expect(shown.page.locator(".message")).to_have_count(16)


def test_answers_that_could_not_be_drawn_are_drawn_with_the_next_state(shown: Shown) -> None:
    """Where all is in view, nobody can scroll."""
    shown.ready()
    with shown.page.expect_response("**/api/page/chats/draw"):
        busy(shown, "**/api/page/chats/draw")
        eight_answers(shown)
    expect(shown.page.locator(".undrawn")).to_have_count(5)
    shown.page.unroute("**/api/page/chats/draw")
    states_come_until(shown, lambda: not shown.page.locator(".undrawn").count())
    expect(shown.page.locator(".block strong")).to_have_text([str(n) for n in range(8)])


def test_a_chat_that_comes_back_with_undo_is_drawn_whole(shown: Shown) -> None:
    shown.ready()
    with holding(shown, "**/api/page/chats/draw") as held:
        eight_answers(shown)
        held.wait_for(1)
        new_chat(shown)
        held.let_go()
    shown.page.get_by_role("button", name="Undo").click()
    expect(shown.page.locator(".block strong")).to_have_text([str(n) for n in range(8)])


def test_what_holds_the_popover_is_told_again_when_paddock_was_busy(shown: Shown) -> None:
    window = shown.script.page.window
    with shown.page.expect_response("**/api/page/hold"):
        busy(shown, "**/api/page/hold")
        shown.page.click("#pin")
    shown.page.unroute("**/api/page/hold")
    states_come_until(shown, lambda: window.held)


def test_a_private_chat_asks_again_for_its_popover_when_paddock_was_busy(shown: Shown) -> None:
    window = shown.script.page.window
    with shown.page.expect_response("**/api/page/need"):
        busy(shown, "**/api/page/need")
        shown.page.click("#private-new")
    shown.page.unroute("**/api/page/need")
    states_come_until(shown, lambda: window.needed)


def test_a_model_that_is_loaded_takes_no_undo_away(shown: Shown) -> None:
    shown.ready()
    shown.answered("First.")
    shown.script.page.service.stop().result(10)
    demo = ModelId(name="demo")
    notice = Notice(kind=NoticeKind.UNLOADED_FOR_OTHERS, model=demo, freed=FreedMemory(ram=2**31))
    shown.script.page.desk.tell(notice)
    shown.state_comes()
    expect(shown.page.locator("#notice")).to_contain_text("The demo model was unloaded.")
    new_chat(shown)
    shown.ready()
    shown.page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(shown.page.locator(".question")).to_have_text("And?")


def test_a_model_started_elsewhere_is_the_one_that_is_shown(shown: Shown) -> None:
    shown.page.select_option("#model", label="gemma-3-1b-it-Q8_0")
    shown.page.focus("#draft")
    qwen = LlamaCppConfig(model_path=Path("/m/qwen.gguf"))
    shown.script.page.service.start(qwen).result(10)
    expect(shown.page.locator("#words")).to_have_text("Ready")
    expect(shown.page.locator("#model-name")).to_have_text("Qwen3-4B-Instruct-Q4_K_M")
    expect(shown.page.locator("#model")).to_have_value("/m/qwen.gguf")


def test_a_file_is_not_blamed_when_paddock_does_not_answer(shown: Shown) -> None:
    shown.expected.append("ERR_FAILED")
    shown.page.route("**/web/read_files.js", lambda route: route.abort())
    file = 'document.querySelector("footer").take([new File(["x"], "a.txt")])'
    shown.page.evaluate(file)
    expect(shown.page.locator(".tray .trouble")).to_have_text("Paddock does not answer")
    shown.page.unroute("**/web/read_files.js")
    shown.page.evaluate(file)
    expect(shown.page.locator(".tray .chip .name")).to_have_text("a.txt")


def test_an_answer_that_breaks_off_says_that_paddock_does_not_answer(shown: Shown) -> None:
    """As when Paddock is killed while it sends."""
    shown.page.evaluate(
        """() => {
          const whole = Response.prototype.json;
          Response.prototype.json = function () {
            if (!this.url.endsWith("/api/start")) return whole.call(this);
            return Promise.reject(new TypeError("network error"));
          };
        }"""
    )
    with shown.page.expect_response("**/api/start"):
        shown.page.click("#power")
    expect(shown.page.locator("#trouble")).to_contain_text("Paddock does not answer")


def test_the_past_is_shown_once_paddock_answers_again(shown: Shown) -> None:
    shown.expected.append("ERR_FAILED")
    with shown.page.expect_event("requestfailed"):
        shown.page.route("**/web/history.js", lambda route: route.abort())
        shown.page.click("#status")
    shown.page.unroute("**/web/history.js")
    states_come_until(shown, shown.page.locator(".chart").is_visible)


def test_folders_that_come_late_do_not_cover_a_model_opened_meanwhile(shown: Shown) -> None:
    shown.script.page.models.add("Elsewhere")
    shown.page.get_by_role("button", name="Models", exact=True).click()
    row = shown.page.locator(".model-row .open", has_text="Elsewhere")
    expect(row).to_be_visible()
    with holding(shown, "**/api/page/models/folders") as held:
        shown.page.get_by_role("button", name="Folders").click()
        held.wait_for(1)
        row.click()
        held.let_go()
    shown.state_comes()
    expect(shown.page.locator(".model-card h2")).to_have_text("Elsewhere")


def test_a_chat_opened_while_another_page_goes_on_with_this_one_is_shown(shown: Shown) -> None:
    three(shown)
    panel(shown).first.click()
    expect(shown.page.locator(".question")).to_have_text("About stars")
    other = Shown(shown.page.context.new_page(), shown.script)
    other.page.goto(shown.script.page.url("browser"))
    expect(other.page.locator(".question")).to_have_text("About stars")
    rows = panel(shown)
    with holding(shown, "**/api/page/chats/show") as held:
        said(other, "Which?", "Mars.")
        held.wait_for(1)
        rows.last.click()
        held.let_go()
        held.wait_for(2)
        held.let_go(1)
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_a_start_that_a_busy_paddock_turns_away_can_be_asked_for_again(shown: Shown) -> None:
    """Nothing changes then, so no state comes that would say so."""
    busy(shown, "**/api/start")
    shown.page.click("#power")
    expect(shown.page.locator("#trouble .failure")).to_contain_text("Paddock is busy")
    shown.page.unroute("**/api/start")
    shown.page.click("#power", timeout=5000)
    expect(shown.page.locator("#words")).to_have_text("Ready")
