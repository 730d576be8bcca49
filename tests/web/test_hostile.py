"""Hostile answers in a real browser: no script, no request, no dialog, no navigation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hostile_corpus import PAYLOADS
from tests.web.conftest import SMALL, Shown
from tests.web.hostile import LETTERS, WATCH, WHOLE, Hostile, hostile_page

pytestmark = [pytest.mark.web, pytest.mark.slow]

ICON = "data:,"


@dataclass
class Attacked:
    """A browser at the page, and all it said beside what the page shows."""

    page: Page
    hostile: Hostile
    complaints: list[str] = field(default_factory=list)

    def ask(self, *questions: str) -> None:
        """One after the other, then the whole chat again as it was kept."""
        self.page.evaluate("questions => hostile.ask(questions)", list(questions))

    def found(self) -> list[str]:
        """What the answers achieved."""
        found: list[str] = self.page.evaluate("hostile.report()")
        return found + self.complaints + ["called outside"] * self.hostile.outside.callers


@pytest.fixture
def attacked(browser: Browser) -> Iterator[Attacked]:
    with hostile_page() as hostile:
        context = browser.new_context(viewport={"width": SMALL[0], "height": SMALL[1]})
        page = context.new_page()
        attacked = Attacked(page, hostile)
        say = attacked.complaints.append
        page.goto(hostile.page.url("popover"))
        expect(page.locator("#words")).to_have_text("Ready")
        page.on("console", lambda message: say(message.text))
        page.on("pageerror", lambda error: say(str(error)))
        page.on("dialog", lambda dialog: say(f"dialog: {dialog.message}"))
        page.on("framenavigated", lambda frame: say(f"goes to {frame.url}"))
        page.on("frameattached", lambda _: say("a frame"))
        page.on("download", lambda download: say(f"downloads {download.url}"))
        page.on("worker", lambda worker: say(f"a worker of {worker.url}"))
        context.on("page", lambda other: say(f"another window: {other.url}"))
        context.on("request", lambda request: _judge(request.url, hostile.page.origin, say))
        page.evaluate(WATCH)
        yield attacked
        context.close()


def _judge(url: str, origin: str, say: Callable[[str], None]) -> None:
    if not url.startswith(f"{origin}/") and url != ICON:
        say(f"asks for {url}")


def test_the_corpus_whole_and_cut_at_every_offset_does_nothing(attacked: Attacked) -> None:
    attacked.ask(*(f"{LETTERS} {number}" for number in range(len(PAYLOADS))))
    assert attacked.found() == []
    assert attacked.hostile.page.opened == []


def test_the_watch_sees_what_gets_through(attacked: Attacked) -> None:
    """Otherwise its silence proves nothing."""
    attacked.ask(f"{WHOLE} 0")
    html = (
        f'<img src="http://{attacked.hostile.outside.host}/" onerror="alert(1)"><!-- x -->'
        '<a href="javascript:alert(1)">x</a><a href="http://a.test" data-host="b.test">x</a>'
    )
    attacked.page.evaluate("html => { document.querySelector('.block').innerHTML = html }", html)
    attacked.page.evaluate("alert(1)")
    attacked.page.wait_for_timeout(0)
    found = "\n".join(attacked.found())
    for sign in ("element img", "refused by the policy: img-src", "a comment", "to javascript:"):
        assert sign in found
    assert "b.test is shown for a.test" in found
    assert "alert()" in found


def test_every_link_of_the_corpus_asks_before_it_leads_out(shown: Shown) -> None:
    shown.ready()
    shown.answered("\n\n".join(payload for payload in PAYLOADS if "](" in payload))
    links = shown.page.locator(".block a")
    assert links.count() > 3
    for link in links.all()[:20]:
        link.dispatch_event("click")
        expect(shown.page.locator("#leave")).to_be_visible()
        assert shown.page.locator("#leave-host").inner_text()
        shown.page.keyboard.press("Escape")
        expect(shown.page.locator("#leave")).to_be_hidden()
    assert shown.script.page.opened == []
