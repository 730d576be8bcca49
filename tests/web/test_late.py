"""What Paddock answers late, out of turn or not at all, and what the reader does meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.conftest import Shown
from tests.web.page_setup import METRICS
from tests.web.test_chats import said

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
        while len(self.routes) < number:
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


def state_comes(shown: Shown) -> None:
    """A snapshot that looks different has come, and what it changed has been done."""
    cpu = float(shown.page.evaluate("Math.floor(performance.now()) % 89 + 10"))
    shown.script.page.service.metrics_sampled(METRICS.model_copy(update={"cpu_percent": cpu}))
    expect(shown.page.locator("#meters")).to_contain_text(f"{cpu:.0f} %")


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
