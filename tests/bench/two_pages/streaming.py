"""What the recorded answer costs a page while it streams at 100 tokens a second."""

from __future__ import annotations

import os
import random
import threading
from dataclasses import dataclass, field

from tests.bench.two_pages.chromium import Chromium, Meter, Tab
from tests.bench.two_pages.sides import TOKENS, Side

PER_SECOND = 100.0
FAST = 2000.0
FLOOD = 4000.0
KEY_EVERY = 0.25
FASTEST_KEY = 16.0
"""Milliseconds; the browser does not report shorter ones."""
WHOLE = os.environ.get("PADDOCK_BENCH_WHOLE") == "1"
"""Every token at 100 a second: 200 s a page. Otherwise a part of each quarter is."""
PACED, KEYED = (TOKENS // 4, TOKENS // 8) if WHOLE else (TOKENS * 3 // 40, TOKENS // 20)


@dataclass(frozen=True)
class Window:
    """A stretch of the answer at 100 tokens a second."""

    cpu_seconds: float
    busy_seconds: float
    seconds: float
    tokens: int
    frames: int

    @property
    def frame_rate(self) -> float:
        return self.frames / self.seconds

    @property
    def busy_ms(self) -> float:
        """Milliseconds of the main thread for each frame with a change."""
        return 1000 * self.busy_seconds / max(self.frames, 1)


@dataclass
class Streamed:
    """One answer on one page. ``keys`` and ``long_tasks`` are in milliseconds."""

    windows: list[Window] = field(default_factory=list)
    keys: list[float] = field(default_factory=list)
    long_tasks: list[float] = field(default_factory=list)
    memory: float = 0.0
    """Megabytes of PSS of the browser with the answer on screen."""
    kept_up: float = 0.0
    """Tokens a second, of a flood."""

    @property
    def cpu_per_thousand(self) -> float:
        tokens = sum(window.tokens for window in self.windows)
        return 1000 * sum(window.cpu_seconds for window in self.windows) / tokens


def stream_answer(browser: Chromium, side: Side) -> Streamed:
    """The answer once at its pace, keys pressed near its end; then once as a flood."""
    found = Streamed()
    with browser.tab() as tab:
        _ask(tab, side)
        for quarter in range(4):
            keyed = KEYED if quarter == 3 else 0
            paced = PACED - keyed if WHOLE else PACED
            if not WHOLE:
                side.pace(TOKENS // 4 - PACED - KEYED, FAST)
                tab.settle()
            found.windows.append(_window(browser, tab, side, paced))
            if keyed:
                found.keys = _press_keys(tab, side, keyed)
            elif not WHOLE:
                side.pace(KEYED, FAST)
        tab.settle()
        found.long_tasks = tab.probe("longTasks")
        found.memory = browser.memory()
    found.kept_up = _flood(browser, side)
    return found


def _ask(tab: Tab, side: Side) -> None:
    tab.page.goto(side.url)
    tab.page.wait_for_selector(side.box)
    tab.settle()
    tab.page.fill(side.box, "Recite")
    tab.page.press(side.box, "Enter")
    tab.page.get_by_text("Recite").first.wait_for()
    tab.settle()
    tab.page.evaluate("() => probe.reset()")


def _window(browser: Chromium, tab: Tab, side: Side, tokens: int) -> Window:
    frames, busy = tab.probe("frames"), tab.busy_seconds()
    meter = Meter([*browser.processes(), *side.services()])
    side.pace(tokens, PER_SECOND)
    return Window(
        cpu_seconds=meter.read([*browser.processes(), *side.services()]),
        busy_seconds=tab.busy_seconds() - busy,
        seconds=tokens / PER_SECOND,
        tokens=tokens,
        frames=tab.probe("frames") - frames,
    )


def _press_keys(tab: Tab, side: Side, tokens: int) -> list[float]:
    """Milliseconds of each; those too short to be reported count as 16."""
    chance, pressed = random.Random(3), 0
    tab.page.focus(side.box)
    tab.page.evaluate("() => { probe.keys = []; }")
    streams = threading.Thread(target=side.pace, args=(tokens, PER_SECOND))
    streams.start()
    while streams.is_alive():
        tab.page.keyboard.press("x")
        pressed += 1
        tab.page.wait_for_timeout(1000 * KEY_EVERY * chance.uniform(0.5, 1.5))
    streams.join()
    tab.settle()
    reported: list[float] = tab.probe("keys")
    return reported + [FASTEST_KEY] * (pressed - len(reported))


def _flood(browser: Chromium, side: Side) -> float:
    """Tokens a second from the first to the last change on the page."""
    with browser.tab() as tab:
        _ask(tab, side)
        begun = tab.page.evaluate("() => performance.now()")
        side.pace(TOKENS, FLOOD)
        tab.settle()
        seconds: float = (tab.probe("changed") - begun) / 1000
    return TOKENS / seconds
