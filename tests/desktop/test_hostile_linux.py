"""Hostile answers in the real popover: no script, no request, no dialog, no navigation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.desktop.marks import ON_SCREEN
from tests.desktop.screen import screen
from tests.desktop.test_popover_linux import DRIVEN, inspector, popover_over
from tests.desktop.test_popover_linux import Shown as Popover
from tests.desktop.webdriver import Driver, driver_at, wait_for
from tests.hostile_corpus import PAYLOADS
from tests.web.hostile import LETTERS, WATCH, WHOLE, Hostile, hostile_page

__all__ = ["inspector", "screen"]

pytestmark = ON_SCREEN

MINUTES = 5 * 60.0
LINKS = (
    ("https://Example.org:8443/a?b=c#d", "example.org"),
    ("http://example.org/", "example.org"),
    ("mailto:me@example.org", "me@example.org"),
)
REFUSED = (
    "file:///etc/passwd smb://evil.test/x ms-msdt:/id javascript:alert(1) data:text/html,x "
    "vbscript:x vscode://file/x ftp://evil.test/ blob:http://evil.test/x about:blank tel:1 "
    "search-ms:x ms-appinstaller:?source=x apt:x help:x ssh://evil.test magnet:?x steam://run/1"
)


@dataclass
class Attacked:
    """The popover at the page, under the driver."""

    driver: Driver
    popover: Popover
    hostile: Hostile

    def ask(self, *questions: str) -> None:
        """One after the other, then the whole chat again as it was kept."""
        self.driver.run("hostile.ask(arguments[0])", list(questions))
        wait_for(lambda: self.driver.run("return hostile.isDone()"), "all is answered", MINUTES)

    def found(self) -> list[str]:
        """What the answers achieved."""
        found: list[str] = self.driver.run("return hostile.report()")
        led_out = [*self.hostile.page.opened, *self.popover.browser]
        return found + led_out + ["called outside"] * self.hostile.outside.callers


@pytest.fixture
def attacked(inspector: str) -> Iterator[Attacked]:
    with hostile_page() as hostile, ExitStack() as stack:
        popover = popover_over(hostile.page, stack, DRIVEN)
        popover.show()
        driver = stack.enter_context(driver_at(inspector))
        driver.wait_text("#words", "Ready")
        driver.run(WATCH)
        yield Attacked(driver, popover, hostile)


def test_the_corpus_whole_and_cut_at_every_offset_does_nothing(attacked: Attacked) -> None:
    attacked.ask(*(f"{LETTERS} {number}" for number in range(len(PAYLOADS))))
    assert attacked.found() == []


def test_the_watch_sees_what_gets_through(attacked: Attacked) -> None:
    """Otherwise its silence proves nothing."""
    attacked.ask(f"{WHOLE} 0")
    html = (
        f'<img src="http://{attacked.hostile.outside.host}/" onerror="alert(1)">'
        '<a href="javascript:alert(1)">x</a><a href="http://a.test" data-host="b.test">x</a>'
    )
    attacked.driver.run("document.querySelector('.block').innerHTML = arguments[0]", html)
    attacked.driver.run("alert(1)")
    found = "\n".join(attacked.found())
    for sign in ("element img", "to javascript:", "script-src-attr", "b.test is shown for a.test"):
        assert sign in found
    wait_for(lambda: "refused by the policy: img-src" in "\n".join(attacked.found()), "the policy")
    assert "alert()" in found
    assert attacked.hostile.outside.callers == 0


def test_links_open_outside_after_their_host_was_shown(attacked: Attacked) -> None:
    driver = attacked.driver
    driver.run(
        "document.querySelector('#messages').innerHTML ="
        " arguments[0].map((url) => `<div class=block><a href=\"${url}\">x</a></div>`).join('')",
        [url for url, _ in LINKS],
    )
    opened = attacked.hostile.page.opened
    for number, (_, host) in enumerate(LINKS):
        driver.run("document.querySelectorAll('.block a')[arguments[0]].click()", number)
        driver.wait_text("#leave-host", host)
        assert len(opened) == number
        driver.run("document.querySelector('#leave button[value=open]').click()")
        wait_for(_reaches(opened, number + 1), "it is opened")
    assert opened == ["https://example.org:8443/a?b=c#d", *(url for url, _ in LINKS[1:])]
    assert attacked.popover.browser == []


def _reaches(opened: list[str], count: int) -> Callable[[], bool]:
    return lambda: len(opened) == count


def test_no_other_link_or_address_leads_anywhere(attacked: Attacked) -> None:
    """Even one that got past every other guard."""
    driver = attacked.driver
    here = driver.run("return location.href")
    for url in [*REFUSED.split(), f"http://{attacked.hostile.outside.host}/"]:
        driver.run(
            "const link = document.createElement('a'); link.href = arguments[0];"
            "document.body.append(link); link.target = '_blank';"
            "link.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true }));"
            "if (!arguments[0].startsWith('http')) link.click();"
            "if (!arguments[0].startsWith('javascript')) { location.href = arguments[0]; }",
            url,
        )
        assert driver.run("return document.querySelector('#leave').open") is False
    driver.run(WATCH)
    attacked.ask(f"{WHOLE} 0")  # time enough to leave, and the page still answers
    assert attacked.found() == []
    assert driver.run("return location.href") == here
