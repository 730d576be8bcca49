"""Images in the first moment of a page, before it is known whether the model sees them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.web.conftest import Shown
from tests.web.test_files import hand, picture, seeing
from tests.web.test_late import holding

__all__ = ["seeing"]

pytestmark = [pytest.mark.web, pytest.mark.slow]

COW = picture((9, 9), "PNG")


@contextmanager
def first_moment(shown: Shown) -> Iterator[None]:
    """The page is loaded anew, and no state comes until the block is over."""
    with holding(shown, "**/api/page/events") as held:
        shown.page.reload()
        held.wait_for(1)
        yield
        held.routes[0].continue_()


@contextmanager
def asked_at_once(seeing: Shown) -> Iterator[None]:
    """An image came back with the page; Enter is pressed in its first moment."""
    with seeing.page.expect_response("**/draft/files"):
        hand(seeing, "drop", "cow.png", COW)
    with first_moment(seeing):
        expect(seeing.page.locator(".tray .chip .name")).to_have_text("cow.png")
        seeing.page.press("#draft", "Enter")
        yield


def names_of(shown: Shown) -> list[str]:
    """The files of the last message that the model is asked next."""
    return [file.name for file in shown.script.chats.next().request.messages[-1].attachments]


def test_a_question_that_came_back_with_an_image_is_asked(seeing: Shown) -> None:
    with asked_at_once(seeing):
        pass
    assert names_of(seeing) == ["cow.png"]


def test_a_changed_question_that_came_back_with_an_image_is_asked(seeing: Shown) -> None:
    seeing.answered("So.")
    seeing.page.press("#draft", "ArrowUp")
    expect(seeing.page.locator(".editing textarea")).to_be_focused()
    with seeing.page.expect_response("**/chats/edit"):
        hand(seeing, "paste", "cow.png", COW, ".editing textarea")
    with first_moment(seeing):
        expect(seeing.page.locator(".editing .chip .name")).to_have_text("cow.png")
        seeing.page.press(".editing textarea", "Enter")
    assert names_of(seeing) == ["cow.png"]


def test_an_image_that_is_pasted_is_taken(seeing: Shown) -> None:
    with first_moment(seeing), seeing.page.expect_response("**/web/read_files.js"):
        hand(seeing, "paste", "cow.png", COW)
    expect(seeing.page.locator(".tray .chip .name")).to_have_text("cow.png")


def test_what_is_written_on_meanwhile_is_not_sent_half(seeing: Shown) -> None:
    with asked_at_once(seeing):
        seeing.page.fill("#draft", "Half a th")
    expect(seeing.page.locator("#words")).to_have_text("Ready")
    expect(seeing.page.locator("#draft")).to_have_value("Half a th")
    seeing.page.fill("#draft", "Half a thought?")
    seeing.page.press("#draft", "Enter")
    (message,) = seeing.script.chats.next().request.messages
    assert message.content == "Half a thought?"
