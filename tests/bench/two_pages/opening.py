"""How soon one can type on a cold page, and how soon a long conversation is there."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tests.bench.two_pages.chromium import PATIENCE, SIZE, Chromium, Meter, Tab
from tests.bench.two_pages.long_chat import LAST, NEARLY, TITLE
from tests.bench.two_pages.sides import Side

STEPS, PAUSE = 10, 100
"""Turns of the wheel from the end of the conversation to its top, and milliseconds between."""
REST = 2.0


@dataclass(frozen=True)
class Opened:
    """``milliseconds`` until it was there; ``received`` in bytes, by way of the network."""

    milliseconds: float
    cpu_seconds: float
    received: int = 0


def cold_page(browser: Chromium, side: Side) -> Opened:
    """From an empty profile to the caret in the box; the CPU until the page is at rest.

    As on anybody's first visit: with the service worker that a page may have.
    """
    with browser.tab(service_workers=True) as tab:
        tab.page.wait_for_timeout(1000 * REST)
        meter = Meter([*browser.processes(), *side.services()])
        tab.page.goto(side.url)
        tab.settle(REST)
        # Looking for the box all the while would be a good part of what is measured.
        assert tab.probe("ready") is not None, "the caret is not in the box"
        spent = meter.read([*browser.processes(), *side.services()])
        return Opened(tab.probe("ready"), spent, tab.received())


def long_conversation(browser: Chromium, side: Side) -> Opened:
    """Of 500 messages, until its end is painted; the CPU of that and of going to its top."""
    with browser.tab() as tab:
        tab.page.goto(side.url)
        tab.page.wait_for_selector(side.box)
        tab.settle()
        opens = side.keep_long_chat(tab)
        tab.settle()
        meter = Meter([*browser.processes(), *side.services()])
        milliseconds = tab.page.evaluate(f"() => probe.until({opens}, '{LAST}', '{NEARLY}')")
        _scroll_to_top(tab)
        tab.settle()
        spent = meter.read([*browser.processes(), *side.services()])
        return Opened(milliseconds, spent)


def _scroll_to_top(tab: Tab) -> None:
    tab.page.mouse.move(SIZE[0] / 2, SIZE[1] / 2)
    for left in range(STEPS, 0, -1):
        tab.page.mouse.wheel(0, -tab.page.evaluate("() => probe.above()") / left)
        tab.page.wait_for_timeout(PAUSE)
    deadline = time.monotonic() + PATIENCE
    while tab.page.evaluate("() => probe.above()") > 0:
        assert time.monotonic() < deadline, "it never comes to its top"
        tab.page.mouse.wheel(0, -2 * SIZE[1])
        tab.page.wait_for_timeout(PAUSE)
    tab.page.evaluate(f"() => probe.until(() => {{}}, '{TITLE} of')")
