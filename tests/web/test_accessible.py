"""axe finds nothing in any state of the page, in neither theme; large text fits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.web.browser import SMALL, Shown, Theme, opened
from tests.web.states import STATES

pytestmark = [pytest.mark.web, pytest.mark.slow]

THEMES: tuple[Theme, ...] = ("light", "dark")
AXE = Axe()
OUTSIDE = """() => {
    const hidden = (e) => e.closest('.hidden, .sprite, details:not([open]) > :not(summary)');
    const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !hidden(e);
    const top = document.querySelector('dialog[open]') ?? document;
    const controls = [...top.querySelectorAll('button, select, textarea, input, summary')];
    const scrolling = 'main, header, .chats-list, .settings, .tray, pre, .url, '
        + '.long-view, .shelf-side, .pane';
    const scrolls = (e) => e.closest(scrolling);
    return controls.filter(shown).filter((e) => {
        const box = e.getBoundingClientRect();
        const sideways = box.left < -1 || box.right > innerWidth + 1;
        const below = box.top < -1 || box.bottom > innerHeight + 1;
        return sideways || (below && !scrolls(e));
    }).map((e) => e.id || e.textContent || e.className);
}"""
SIDEWAYS = """() => ['#scroller', 'header', '.sheet', 'body', '.shelf-list', '.shelf-side', '.pane']
    .flatMap((name) => [...document.querySelectorAll(name)])
    .filter((e) => e.scrollWidth > e.clientWidth)
    .map((e) => e.id || e.tagName)"""


@pytest.fixture(params=list(STATES))
def state(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Shown]:
    with opened(browser) as shown:
        STATES[request.param](shown)
        yield shown


def test_axe_finds_nothing_and_large_text_fits(state: Shown) -> None:
    state.page.evaluate(AXE.axe_script)
    for theme in THEMES:
        state.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = AxeResults(state.page.evaluate("axe.run({ resultTypes: ['violations'] })"))
        assert found.violations_count == 0, found.generate_report()
    state.page.evaluate("document.documentElement.style.fontSize = '175%'")
    state.page.wait_for_timeout(50)
    assert state.page.evaluate(OUTSIDE) == []
    assert state.page.evaluate(SIDEWAYS) == []
    state.page.set_viewport_size({"width": 900, "height": 700})
    assert state.page.evaluate(OUTSIDE) == []
    state.page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})


def test_nothing_moves_for_those_who_want_no_motion(browser: Browser) -> None:
    with opened(browser) as shown:
        STATES["reading"](shown)
        moving = "() => document.getAnimations().filter((a) => a.playState === 'running').length"
        assert shown.page.evaluate(moving) > 0
        shown.page.emulate_media(reduced_motion="reduce")
        assert shown.page.evaluate(moving) == 0
        slow = """() => [...document.querySelectorAll('*')].filter((e) =>
            parseFloat(getComputedStyle(e).transitionDuration) > 0).length"""
        assert shown.page.evaluate(slow) == 0
        shown.page.emulate_media(reduced_motion="no-preference")
        longest = """() => Math.max(...[...document.querySelectorAll('*')].map((e) =>
            parseFloat(getComputedStyle(e).transitionDuration)))"""
        assert 0 < shown.page.evaluate(longest) < 0.15
