"""What an answer looks like in the real popover, where WebKit differs from Chromium."""

from __future__ import annotations

from tests.desktop.marks import ON_SCREEN
from tests.desktop.screen import screen
from tests.desktop.test_popover_linux import ask, driven, inspector, script
from tests.desktop.webdriver import wait_for
from tests.web.page_setup import Scripted
from tray.models.config import LlamaCppConfig

__all__ = ["inspector", "screen", "script"]

pytestmark = ON_SCREEN

# How far the words of an element end from the right edge of its block.
FROM_RIGHT = """
    const found = document.querySelector(arguments[0]);
    const words = document.createRange();
    words.selectNodeContents(found.lastChild ?? found);
    return found.getBoundingClientRect().right - words.getBoundingClientRect().right;
"""


def test_what_is_read_from_right_to_left_stands_on_the_right(
    inspector: str, script: Scripted
) -> None:
    script.page.service.start(LlamaCppConfig()).result(10)
    with driven(script.page, inspector) as driver:
        answer = ask(driver, script, "?")
        answer.say("שלום\n\n- פריט\n")
        answer.finish()
        driver.wait_text(".block li", "פריט")
        wait_for(
            lambda: not driver.run("return document.querySelector('.meta').hidden"), "it has ended"
        )
        for element in (".block p", ".block li"):
            assert abs(driver.run(FROM_RIGHT, element)) < 2, element


# How far the glyph of a sign is from the middle of its box, which has its space on both sides.
OFF_CENTRE = """
    const sign = document.querySelector("mtd mo");
    const glyph = document.createRange();
    glyph.selectNodeContents(sign);
    const [inner, outer] = [glyph, sign].map((at) => at.getBoundingClientRect());
    return Math.abs(inner.left + inner.right - outer.left - outer.right) / 2;
"""


def test_a_sign_of_aligned_equations_stands_between_what_it_joins(
    inspector: str, script: Scripted
) -> None:
    script.page.service.start(LlamaCppConfig()).result(10)
    with driven(script.page, inspector) as driver:
        answer = ask(driver, script, "?")
        answer.say("$$\n\\begin{aligned} a + b &= c \\end{aligned}\n$$\n")
        answer.finish()
        wait_for(lambda: driver.run("return document.querySelector('mtd mo')") is not None, "drawn")
        assert driver.run(OFF_CENTRE) < 1
