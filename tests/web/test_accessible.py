"""axe finds nothing in any state of the page, every button can be hit, and large text fits."""

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
# The controls that are cut off at a side, or covered by what is no passing notice.
LOST = """() => {
    const hidden = (e) => e.closest('.hidden, .sprite, details:not([open]) > :not(summary)');
    const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && !hidden(e);
    const top = document.querySelector('dialog[open]') ?? document;
    const controls = [...top.querySelectorAll('button, select, textarea, input, summary')];
    const moves = (e) => /auto|scroll/.test(getComputedStyle(e).overflowY);
    const scrolls = (e) => (!e || moves(e) ? e : scrolls(e.parentElement));
    const inSight = (e, across, down) => {
        if (!e) return true;
        const { left, right, top, bottom } = e.getBoundingClientRect();
        const inside = across > left && across < right && down > top && down < bottom;
        return (inside || !moves(e)) && inSight(e.parentElement, across, down);
    };
    const covered = (e, { x, y, width, height }) => {
        const [across, down] = [x + width / 2, y + height / 2];
        if (!inSight(e.parentElement, across, down)) return false;
        const hit = document.elementFromPoint(across, down);
        return !hit || !(e.contains(hit) || hit.contains(e) || hit.closest('.notice'));
    };
    return controls.filter(shown).filter((e) => {
        const box = e.getBoundingClientRect();
        const sideways = box.left < -1 || box.right > innerWidth + 1;
        const below = box.top < -1 || box.bottom > innerHeight + 1;
        return sideways || (below && !scrolls(e)) || covered(e, box);
    }).map((e) => e.id || e.textContent || e.className);
}"""
# What a finger or an unsteady hand would miss: less than 24 pixels, but for links in a text.
TINY = """() => [...(document.querySelector('dialog[open]') ?? document).querySelectorAll(
    'button:not(.link), summary, input:enabled, textarea, .model')]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.hidden'))
    .filter((e) => Math.min(e.offsetWidth, e.offsetHeight) < 24)
    .map((e) => e.id || e.textContent || e.className)"""
# Buttons that are a sign alone, and do not say under the pointer what they do.
UNTOLD = """() => [...document.querySelectorAll('button')]
    .filter((e) => e.checkVisibility() && !e.textContent.trim() && !e.title)
    .map((e) => e.ariaLabel)"""
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
    assert state.page.evaluate(TINY) == []
    assert state.page.evaluate(UNTOLD) == []
    state.page.evaluate("document.documentElement.style.fontSize = '175%'")
    state.page.wait_for_timeout(50)
    for width, height in (SMALL, (900, 700)):
        state.page.set_viewport_size({"width": width, "height": height})
        assert state.page.evaluate(LOST) == []
        assert state.page.evaluate(SIDEWAYS) == []


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


def test_what_is_chosen_and_where_one_writes_shows_in_the_colours_of_the_system(
    browser: Browser,
) -> None:
    """Which leave no ground and no shadow; the caret alone is easily missed."""
    with opened(browser) as shown:
        STATES["chats-found"](shown)
        shown.page.emulate_media(forced_colors="active")

        def outlined(selector: str) -> bool:
            style = "e => getComputedStyle(e).outlineStyle"
            return bool(shown.page.locator(selector).first.evaluate(style) == "solid")

        shown.page.focus("#chats-search")
        assert outlined("#chats-search")
        assert outlined(".line:has([aria-current])")
        shown.page.click("#chats-close")
        shown.page.focus("#draft")
        assert outlined("#composer")
        assert not outlined("#pin")
        shown.page.click("#pin")
        shown.page.focus("#draft")
        assert outlined("#pin")


def test_the_colours_of_the_system_leave_what_is_said_by_a_colour_alone(browser: Browser) -> None:
    with opened(browser) as shown:
        STATES["model-sheet"](shown)
        shown.page.emulate_media(forced_colors="active")
        ground = "e => getComputedStyle(e).backgroundColor"
        for selector in (".fit i", ".legend i", ".stack i"):
            assert shown.page.locator(selector).first.evaluate(ground) != "rgb(255, 255, 255)"
        tab = shown.page.locator("[aria-selected='true']")
        assert tab.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
