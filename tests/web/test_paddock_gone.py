"""The page when Paddock is gone: what it would load on demand cannot be had, and that is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Shown

pytestmark = [pytest.mark.web, pytest.mark.slow]


@pytest.mark.parametrize("name", ["Chats", "Models", "Chat settings", "Edit message"])
def test_a_button_that_needs_paddock_says_that_it_does_not_answer(shown: Shown, name: str) -> None:
    shown.ready()
    shown.answered("One.\n\n" * 40)
    shown.expected += ["ERR_FAILED"]
    shown.page.route("**/web/*.js", lambda route: route.abort())
    button = shown.page.get_by_role("button", name=name, exact=True)
    button.dispatch_event("click")
    card = shown.page.locator("#trouble .failure")
    expect(card).to_contain_text("Paddock does not answer")
    expect(card).to_be_in_viewport()
    shown.page.unroute("**/web/*.js")
    button.dispatch_event("click")
    expect(card).to_have_count(0)
    expect(shown.page.locator("dialog[open], .editing")).to_be_visible()


def test_up_in_an_empty_box_says_that_paddock_does_not_answer(shown: Shown) -> None:
    shown.ready()
    shown.answered("One.")
    shown.expected += ["ERR_FAILED"]
    shown.page.route("**/web/*.js", lambda route: route.abort())
    shown.page.press("#draft", "ArrowUp")
    expect(shown.page.locator("#trouble .failure")).to_contain_text("Paddock does not answer")
