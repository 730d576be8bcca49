"""From the engine's socket to the page's DOM: how long a token takes at 100 a second."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from tests.bench.figures import Comparison, Figure, NotMeasured, Target, measured
from tests.bench.page_setup import served_page
from tests.bench.recorded_service import RecordedEngines, recorded_server
from tests.engine.engine_setup import WAIT
from tray.models.config import LlamaCppConfig

TOKENS = 1000
PER_SECOND = 100.0
REPETITIONS = 3
SIZE = (380, 480)

TARGETS = (
    Target(
        name="token leaves the engine → page's DOM, 99th percentile",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=60,
    ),
)
# Each token says when it was sent; an observer notes when it first stands in the page.
_WATCH = """() => {
  window.delays = new Map();
  const look = (text, now) => {
    for (const [, sent] of text.matchAll(/t(\\d{16})t/g))
      if (!window.delays.has(sent)) window.delays.set(sent, now - sent / 1000);
  };
  new MutationObserver((records) => {
    const now = performance.timeOrigin + performance.now();
    for (const { target, addedNodes } of records)
      for (const node of [...addedNodes, ...(target.nodeType === 3 ? [target] : [])])
        look(node.textContent, now);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def measure(_folder: Path) -> tuple[Figure, ...]:
    """The real client, service, local API and page; only the engine is recorded."""
    program = shutil.which("chromium")
    if program is None:
        raise NotMeasured("no chromium here; `python3 dev.py test` installs it")
    with recorded_server(TOKENS, PER_SECOND) as port:
        runs = [_answered(program, port) for _ in range(REPETITIONS)]
    notes = [
        f"median {statistics.median(delays):.1f} ms, longest {max(delays):.1f} ms"
        for delays in runs
    ]
    notes.append(f"{TOKENS} tokens at {PER_SECOND:g}/s, Chromium, {REPETITIONS} answers")
    return (measured(TARGETS[0], [_percentile(delays) for delays in runs], notes=notes),)


def _percentile(delays: list[float]) -> float:
    return statistics.quantiles(delays, n=100)[98]


def _answered(program: str, port: int) -> list[float]:
    """In a Paddock of its own: the page would show what an earlier one answered."""
    with served_page(RecordedEngines(port)) as page:
        page.service.start(LlamaCppConfig()).result(WAIT)
        return _delays(program, page.url())


def _delays(program: str, url: str) -> list[float]:
    """Milliseconds of every token of one answer."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        page.goto(url)
        page.evaluate(_WATCH)
        page.fill("#draft", "Recite")
        page.press("#draft", "Enter")
        page.locator(".message:last-child .meta").wait_for(timeout=WAIT * 1000)
        delays: list[float] = page.evaluate("() => [...window.delays.values()]")
        browser.close()
    assert len(delays) == TOKENS, f"{len(delays)} of {TOKENS} tokens reached the page"
    return delays
