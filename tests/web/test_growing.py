"""How a growing answer changes the page: only where it differs from what is shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Shown
from tests.web.states import CODE, FORMULAS, LISTS
from tray.ui.markdown.whole import render

pytestmark = [pytest.mark.web, pytest.mark.slow]

SOURCE = f"# Title\n\nSome *words* and `more`.\n\n{LISTS}\n{CODE}\n{FORMULAS}\n> Said.\n"
MERGES = """async (versions) => {
    const { merge } = await import("/web/merge.js");
    const parsed = (html) => {
        const made = document.createElement("template");
        made.innerHTML = html;
        return made.content;
    };
    const shown = document.createElement("div");
    const wrong = [];
    for (const html of versions) {
        merge(shown, parsed(html));
        const wanted = document.createElement("div");
        wanted.append(parsed(html));
        if (!shown.isEqualNode(wanted)) wrong.push(html);
    }
    return wrong;
}"""


def merged(page: Page, versions: list[str]) -> list[str]:
    """The versions that did not come out as they are, merged one after the other."""
    wrong: list[str] = page.evaluate(MERGES, versions)
    return wrong


def test_merging_ends_in_what_was_wanted_wherever_the_text_is_cut(shown: Shown) -> None:
    cuts = ["".join(render(SOURCE[:end])) for end in range(0, len(SOURCE), 3)]
    assert len(set(cuts)) > 100
    assert merged(shown.page, cuts) == []
    assert merged(shown.page, cuts[::-1]) == []
    assert merged(shown.page, cuts[::7] + cuts[::-5]) == []


def test_what_is_selected_in_a_growing_paragraph_stays_selected(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Go on?")
    answer.say("One **two** three")
    expect(shown.page.locator(".block")).to_have_text("One two three")
    shown.page.evaluate(
        "() => getSelection().selectAllChildren(document.querySelector('.block strong'))"
    )
    answer.say(" four **five**")
    expect(shown.page.locator(".block")).to_have_text("One two three four five")
    assert shown.page.evaluate("() => getSelection().toString()") == "two"


def test_a_long_answer_is_in_parts_that_are_skipped_together(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Much, please.")
    for number in range(60):
        answer.say(f"Paragraph {number}.\n\n")
    answer.finish()
    expect(shown.page.locator(".block")).to_have_count(60)
    expect(shown.page.locator(".block").last).to_be_in_viewport()
    parts = shown.page.locator(".part")
    assert parts.count() == 4
    skipped = "part => !part.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
    assert parts.first.evaluate(skipped)
    assert not parts.last.evaluate(skipped)
    texts = shown.page.locator(".block").all_text_contents()
    assert [text.strip() for text in texts] == [f"Paragraph {n}." for n in range(60)]


def test_one_can_write_before_any_script_has_run(shown: Shown) -> None:
    context = shown.page.context
    page = context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{shown.script.page.origin}/")
    expect(page.locator("#draft")).to_be_focused()
    page.keyboard.type("Words")
    expect(page.locator("#draft")).to_have_value("Words")
    page.close()
