"""Kept conversations on the page: keep, search, rename, pin, delete, private, come back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.web.conftest import Shown
from tray.infrastructure.conversations import file

pytestmark = [pytest.mark.web, pytest.mark.slow]


def said(shown: Shown, question: str, markdown: str) -> None:
    answer = shown.ask(question)
    answer.say(markdown)
    answer.finish()
    expect(shown.page.locator(".message:last-child .meta")).to_be_visible()


def new_chat(shown: Shown) -> None:
    shown.page.click("#new")
    expect(shown.page.locator("#messages > li")).to_have_count(0)


def panel(shown: Shown) -> Locator:
    shown.page.click("#chats-open")
    expect(shown.page.locator("#chats-search")).to_be_focused()
    return shown.page.locator(".kept .open")


def titles(shown: Shown) -> list[str]:
    return shown.page.locator(".kept .title").all_text_contents()


def tool(shown: Shown, title: str, name: str) -> None:
    shown.page.get_by_role("button", name=f"More for {title}", exact=True).click()
    shown.page.locator(".tools").get_by_role("button", name=name, exact=True).locator(
        "visible=true"
    ).click()


def three(shown: Shown) -> None:
    shown.ready()
    for question in ("About cows", "About dinner", "About stars"):
        said(shown, question, f"An answer **{question.lower()}**.")
        new_chat(shown)


def test_what_the_page_was_left_with_does_not_come_over_a_chat_begun_meanwhile(
    shown: Shown,
) -> None:
    shown.ready()
    said(shown, "Before?", "Yes.")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shown.page.route("**/api/page/chats/shown", hold)
    shown.page.reload()
    expect(shown.page.locator("#words")).to_have_text("Ready")
    said(shown, "Now?", "Here.")
    late = held[0].fetch()
    new_chat(shown)
    with shown.page.expect_response("**/api/page/chats/shown") as answered:
        held[0].fulfill(response=late)
    answered.value.finished()
    said(shown, "And now?", "There.")
    expect(shown.page.locator(".question")).to_have_text(["And now?"])


def test_a_conversation_comes_back_after_a_reload_and_goes_on(shown: Shown) -> None:
    shown.ready()
    said(shown, "Why?", "It *was* so.\n\n```py\nprint(1)\n```\n")
    shown.page.fill("#draft", "half a thou")
    shown.page.reload()
    expect(shown.page.locator(".question")).to_have_text("Why?")
    expect(shown.page.locator(".block em")).to_have_text("was")
    expect(shown.page.locator("figcaption")).to_contain_text("py")
    expect(shown.page.locator("#draft")).to_have_value("half a thou")
    asked = shown.ask("Really?").request.messages
    assert [m.content for m in asked] == [
        "Why?",
        "It *was* so.\n\n```py\nprint(1)\n```\n",
        "Really?",
    ]


def test_a_killed_page_comes_back_with_half_an_answer_and_the_draft(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Why?")
    answer.say("Half an ans")
    expect(shown.page.locator(".block")).to_have_text("Half an ans")
    with shown.page.expect_response("**/chats/draft"):
        shown.page.fill("#draft", "and then")
    with shown.page.expect_response("**/chats/draft"):
        shown.page.type("#draft", "?")
    context = shown.page.context
    shown.page.close()
    assert answer.closed.wait(10)
    page = context.new_page()
    page.goto(shown.script.page.url("popover"))
    expect(page.locator(".block")).to_have_text("Half an ans")
    expect(page.locator("#draft")).to_have_value("and then?")


def test_a_question_is_kept_while_the_engine_starts(shown: Shown) -> None:
    shown.script.engines.may_be_ready.clear()
    with shown.page.expect_response("**/chats/keep"):
        shown.page.fill("#draft", "Are you there?")
        shown.page.press("#draft", "Enter")
    shown.page.reload()
    expect(shown.page.locator(".question")).to_have_text("Are you there?")
    shown.script.engines.may_be_ready.set()
    shown.page.get_by_role("button", name="Try again").click()
    assert shown.script.chats.next().request.messages[0].content == "Are you there?"


def test_chats_are_listed_newest_first_and_opened_by_keyboard(shown: Shown) -> None:
    three(shown)
    expect(panel(shown)).to_have_count(3)
    assert titles(shown) == ["About stars", "About dinner", "About cows"]
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        shown.page.keyboard.press(key)
    expect(shown.page.locator("#chats")).to_be_hidden()
    expect(shown.page.locator(".question")).to_have_text("About dinner")
    expect(shown.page.locator("#draft")).to_be_focused()
    panel(shown)
    expect(shown.page.locator("[aria-current]")).to_contain_text("About dinner")
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#chats")).to_be_hidden()
    assert "hide" not in shown.script.page.window.asked


def test_a_search_finds_words_of_answers(shown: Shown) -> None:
    three(shown)
    rows = panel(shown)
    shown.page.fill("#chats-search", "answ cow")
    expect(rows).to_have_count(1)
    expect(rows.locator(".found")).to_have_text("An answer about cows.")
    shown.page.fill("#chats-search", "nowhere")
    expect(shown.page.locator("#chats-note")).to_have_text("No chat has these words.")


def test_a_search_takes_no_more_words_than_are_looked_for(shown: Shown) -> None:
    three(shown)
    panel(shown)
    shown.page.keyboard.insert_text("cattle " * 100)
    expect(shown.page.locator("#chats-search")).to_have_value(("cattle " * 100)[:500])
    expect(shown.page.locator("#chats-note")).to_have_text("No chat has these words.")


def test_enter_opens_what_was_searched_however_fast_it_comes(shown: Shown) -> None:
    three(shown)
    expect(panel(shown)).to_have_count(3)
    shown.page.keyboard.insert_text("cows")
    shown.page.keyboard.press("Enter")
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_enter_waits_for_a_search_that_is_under_way(shown: Shown) -> None:
    three(shown)
    expect(panel(shown)).to_have_count(3)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shown.page.route("**/api/page/chats", hold)
    with shown.page.expect_request("**/api/page/chats"):
        shown.page.keyboard.insert_text("cows")
    with shown.page.expect_request("**/api/page/chats"):
        shown.page.keyboard.press("Enter")
    expect(shown.page.locator(".kept .open")).to_have_count(3)
    for route in held:
        route.continue_()
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_a_chat_is_renamed_and_pinned(shown: Shown) -> None:
    three(shown)
    panel(shown)
    tool(shown, "About cows", "Pin")
    expect(shown.page.locator(".kept .title").first).to_have_text("About cows")
    shown.page.keyboard.press("F2")
    shown.page.get_by_label("New name").fill("Cattle <b>")
    shown.page.keyboard.press("Enter")
    expect(shown.page.locator(".kept .title").first).to_have_text("Cattle <b>")
    shown.page.keyboard.press("F2")
    shown.page.keyboard.type("never")
    shown.page.keyboard.press("Escape")
    expect(shown.page.locator("#chats")).to_be_visible()
    assert titles(shown) == ["Cattle <b>", "About stars", "About dinner"]


def test_a_deleted_chat_comes_back_with_undo(shown: Shown) -> None:
    three(shown)
    rows = panel(shown)
    tool(shown, "About dinner", "Delete")
    expect(rows).to_have_count(2)
    shown.page.locator("#chats-notice").get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(3)
    assert titles(shown) == ["About stars", "About dinner", "About cows"]


def test_deleting_what_is_shown_empties_the_page_and_undo_shows_it_again(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    expect(panel(shown)).to_have_count(1)
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Delete")
    expect(shown.page.locator("#messages > li")).to_have_count(0)
    shown.page.get_by_role("button", name="Undo").click()
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_a_delete_that_fails_is_not_told_as_done(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    failure = {"title": "Your chats cannot be kept", "detail": "They are locked.", "log_lines": []}
    shown.page.route(
        "**/api/page/chats/delete",
        lambda route: route.fulfill(status=409, json={"error": failure}),
    )
    expect(panel(shown)).to_have_count(1)
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Delete")
    expect(shown.page.locator("#chats-note")).to_contain_text("Your chats cannot be kept")
    expect(shown.page.locator("#chats-search")).to_be_focused()
    expect(shown.page.locator("#chats-notice")).to_be_hidden()
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_the_name_of_a_deleted_chat_stays_in_the_panel(shown: Shown) -> None:
    shown.ready()
    said(shown, "LONG_NAME_" * 9, "A constant.")
    expect(panel(shown)).to_have_count(1)
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Delete")
    expect(shown.page.locator("#chats-notice")).to_contain_text("Deleted “LONG_")
    right = "e => e.getBoundingClientRect().right"
    assert shown.page.locator("#chats-notice").evaluate(right) < shown.page.locator(
        "#chats"
    ).evaluate(right)


def test_a_delete_can_be_undone_where_no_new_chat_comes(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    failure = {"title": "Your chats cannot be read", "detail": "They are locked.", "log_lines": []}
    expect(panel(shown)).to_have_count(1)
    shown.page.route(
        "**/api/page/chats/show",
        lambda route: route.fulfill(status=409, json={"error": failure}),
    )
    shown.page.keyboard.press("ArrowDown")
    shown.page.keyboard.press("Delete")
    expect(shown.page.locator("#chats-notice")).to_contain_text("Deleted “About cows”")
    expect(shown.page.locator("#messages > li")).to_have_count(0)
    shown.page.unroute("**/api/page/chats/show")
    shown.page.get_by_role("button", name="Undo").click()
    expect(shown.page.locator(".question")).to_have_text("About cows")


def test_a_chat_is_saved_as_markdown_and_json(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "*Calm*.")
    panel(shown)
    tool(shown, "About cows", "Markdown")
    notice = shown.page.locator("#chats-notice")
    expect(notice).to_contain_text("Saved in Downloads as Chat - About cows.md")
    shown.page.locator(".tool").get_by_text("JSON").click()
    expect(notice).to_contain_text("Chat - About cows.json")
    folder = shown.script.page.kept / "Downloads"
    assert "## Answer\n\n*Calm*.\n" in (folder / "Chat - About cows.md").read_text()
    assert json.loads((folder / "Chat - About cows.json").read_text())["title"] == "About cows"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draft, question and answer wait one after the other for a file that another holds."""
    monkeypatch.setattr(file, "WAIT_SECONDS", 0.05)


@pytest.mark.usefixtures("impatient")  # before the page opens the file
def test_an_answer_that_is_not_kept_says_so_until_one_is(shown: Shown) -> None:
    shown.ready()
    said(shown, "Before?", "Yes.")
    (path,) = shown.script.page.kept.glob("*.sqlite")
    with closing(sqlite3.connect(path, isolation_level=None)) as another:
        another.execute("BEGIN IMMEDIATE")
        said(shown, "About cows", "Calm.")
        card = shown.page.locator(".message:last-child .failure")
        expect(card).to_contain_text("Your chats cannot be read or kept")
    said(shown, "About dinner", "Late.")
    expect(card).to_have_count(0)
    shown.page.reload()
    expect(shown.page.locator(".question")).to_have_text(["Before?", "About cows", "About dinner"])


def test_a_private_chat_is_marked_and_writes_nothing(shown: Shown) -> None:
    shown.ready()
    shown.page.click("#private-new")
    expect(shown.page.locator("#empty-title")).to_have_text("Private chat")
    expect(shown.page.locator("#keys")).to_have_text("Private · nothing is kept")
    said(shown, "A secretword?", "No othersecret.")
    shown.page.fill("#draft", "thirdsecret")
    shown.page.wait_for_timeout(1200)  # longer than drafts and answers wait to be written
    assert shown.page.evaluate("JSON.stringify(sessionStorage)").find("secret") == -1
    for part in filter(Path.is_file, shown.script.page.kept.rglob("*")):
        assert b"secret" not in part.read_bytes(), part
    expect(panel(shown)).to_have_count(0)
    shown.page.keyboard.press("Escape")
    shown.page.reload()
    expect(shown.page.locator("#empty-title")).to_have_text("What would you like to know?")
    expect(shown.page.locator("#draft")).to_have_value("")


def test_a_browser_brings_nothing_of_a_private_chat_back_to_be_kept(shown: Shown) -> None:
    """It fills in what was in a box when one goes back, or opens a closed tab again."""
    shown.page.click("#private-new")
    shown.page.fill("#draft", "peculiarword")
    shown.page.goto("about:blank")
    shown.page.go_back()
    expect(shown.page.locator("#words")).to_have_text("Stopped")
    shown.page.focus("#draft")
    with shown.page.expect_response("**/api/page/chats/draft"):
        shown.page.keyboard.insert_text("plain")
    written = b"".join(part.read_bytes() for part in shown.script.page.kept.glob("chats*"))
    assert b"plain" in written
    assert b"peculiarword" not in written


def test_a_private_chat_that_is_left_for_a_kept_one_comes_back_with_undo(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    new_chat(shown)
    shown.page.click("#private-new")
    said(shown, "About me", "Secret.")
    shown.page.fill("#draft", "half a thou")
    panel(shown).click()
    expect(shown.page.locator(".question")).to_have_text("About cows")
    expect(shown.page.locator("#draft")).to_have_value("")
    shown.page.locator("#notice").get_by_role("button", name="Undo").click()
    expect(shown.page.locator(".question")).to_have_text("About me")
    expect(shown.page.locator("#draft")).to_have_value("half a thou")
    expect(shown.page.locator("#keys")).to_have_text("Private · nothing is kept")


def test_each_chat_has_its_own_draft(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    shown.page.fill("#draft", "of the cows")
    new_chat(shown)
    expect(shown.page.locator("#draft")).to_have_value("")
    shown.page.fill("#draft", "of the new")
    panel(shown).click()
    expect(shown.page.locator("#draft")).to_have_value("of the cows")
    shown.page.click("#new")
    expect(shown.page.locator("#draft")).to_have_value("of the new")


def test_a_draft_stays_with_its_chat_after_a_reload(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    new_chat(shown)
    shown.page.fill("#draft", "of the new")
    panel(shown).click()
    expect(shown.page.locator(".question")).to_have_text("About cows")
    shown.page.fill("#draft", "of the cows")
    new_chat(shown)
    expect(shown.page.locator("#draft")).to_have_value("of the new")
    shown.page.reload()
    expect(shown.page.locator("#draft")).to_have_value("of the new")


def test_what_is_written_before_a_chat_comes_back_is_of_that_chat(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    shown.page.fill("#draft", "Are they ")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    shown.page.route("**/api/page/chats/shown", hold)
    with shown.page.expect_request("**/api/page/chats/shown"):
        shown.page.reload()
    shown.page.locator("#draft").press_sequentially("calm?")
    shown.page.wait_for_timeout(400)  # longer than a draft waits to be kept
    held[0].continue_()
    expect(shown.page.locator("#draft")).to_have_value("Are they calm?")
    new_chat(shown)
    expect(shown.page.locator("#draft")).to_have_value("")
    panel(shown).click()
    expect(shown.page.locator(".question")).to_have_text("About cows")
    expect(shown.page.locator("#draft")).to_have_value("Are they calm?")


def test_a_draft_that_is_slow_to_be_kept_is_not_overtaken(shown: Shown) -> None:
    shown.ready()
    said(shown, "About cows", "Calm.")
    held: list[Route] = []
    holding = True

    def hold(route: Route) -> None:
        if holding:
            held.append(route)
        else:
            route.continue_()

    shown.page.route("**/api/page/chats/draft", hold)
    with shown.page.expect_request("**/api/page/chats/draft"):
        shown.page.fill("#draft", "of the c")
    shown.page.fill("#draft", "of the cows")
    new_chat(shown)  # what was written is sent to be kept at once
    holding = False
    for route in reversed(held):
        route.fulfill(response=route.fetch())
    panel(shown).click()
    expect(shown.page.locator("#draft")).to_have_value("of the cows")


def test_a_chat_that_went_on_in_another_tab_loses_nothing_of_it(shown: Shown) -> None:
    shown.ready()
    said(shown, "One?", "First.")
    other = Shown(shown.page.context.new_page(), shown.script)
    other.page.goto(shown.script.page.url("browser"))
    expect(other.page.locator(".question")).to_have_text("One?")
    said(other, "Two?", "Second.")
    shown.page.bring_to_front()
    expect(shown.page.locator(".question")).to_have_text(["One?", "Two?"])
    expect(shown.page.locator(".answer").last).to_contain_text("Second.")
    asked = shown.ask("Three?").request.messages
    assert [m.content for m in asked] == ["One?", "First.", "Two?", "Second.", "Three?"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_chat_that_went_on_in_another_browser_loses_nothing_of_it(
    shown: Shown, elsewhere: bool
) -> None:
    """As the popover and a browser are; also when the other one is in yet another chat by now."""
    shown.ready()
    said(shown, "One?", "First.")
    browser = shown.page.context.browser
    assert browser is not None
    context = browser.new_context()
    other = Shown(context.new_page(), shown.script)
    other.page.goto(shown.script.page.url("browser"))
    expect(other.page.locator(".question")).to_have_text("One?")
    expect(other.page.locator("#words")).to_have_text("Ready")
    _hide(shown, hidden=True)
    said(other, "Two?", "Second.")
    if elsewhere:
        new_chat(other)
        said(other, "Three?", "Third.")
    _hide(shown, hidden=False)
    expect(shown.page.locator(".question")).to_have_text(["One?", "Two?"])
    expect(shown.page.locator(".answer").last).to_contain_text("Second.")
    context.close()


def test_a_page_that_asked_itself_is_not_shown_anew(shown: Shown) -> None:
    shown.ready()
    said(shown, "One?", "First.")
    shown.page.evaluate("document.querySelector('.answer').mark = 'the same'")
    said(shown, "Two?", "Second.")
    with shown.page.expect_request("**/api/page/events"):
        _hide(shown, hidden=True)
        _hide(shown, hidden=False)
    said(shown, "Three?", "Third.")
    assert shown.page.evaluate("document.querySelector('.answer').mark") == "the same"


def _hide(shown: Shown, *, hidden: bool) -> None:
    """As the popover's window does; a page of Playwright's is always visible."""
    shown.page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )
