"""What an answer looks like in Chromium: formulas, tables, tasks, lists, code; how it is copied."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.web.conftest import SMALL, THOUGHT_FOR, Shown
from tests.web.states import CODE, FORMULAS, LISTS
from tray.models.chat import PromptProgressChunk, ReasoningChunk

pytestmark = [pytest.mark.web, pytest.mark.slow]

DIRECTION = "e => getComputedStyle(e).direction"
SCROLLS = "e => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === 'auto'"


def box(shown: Locator) -> tuple[float, float]:
    found = shown.bounding_box()
    assert found is not None
    return found["x"], found["x"] + found["width"]


def test_a_formula_is_text_until_it_is_whole_and_then_mathml(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Roots?")
    answer.say("So $x = \\frac{1}")
    expect(shown.page.locator(".block")).to_have_text("So $x = \\frac{1}")
    answer.say("{2}$ is it")
    expect(shown.page.locator(".block mfrac mn")).to_have_text(["1", "2"])
    answer.say(".\n\n$$\na\n= b\n")
    expect(shown.page.locator(".block").nth(1)).to_have_text("$$ a = b")
    answer.say("$$\n\nDone.")
    expect(shown.page.locator(".block").nth(1).locator("math")).to_have_attribute(
        "display", "block"
    )
    answer.finish()
    expect(shown.page.locator("#speech")).to_contain_text("So $x = \\frac{1}{2}$ is it.")


def test_equations_stand_under_each_other_and_brackets_grow(shown: Shown) -> None:
    shown.ready()
    shown.answered(
        "$$a &= 1 \\\\ a + b + c &= 2$$\n\n$$\\begin{pmatrix}1\\\\2\\\\3\\end{pmatrix}$$"
    )
    cells = shown.page.locator("mtd[columnalign='right'] > :last-child")
    assert box(cells.nth(0))[1] == pytest.approx(box(cells.nth(1))[1], abs=1)
    table, bracket = (
        shown.page.locator(".block").nth(1).locator(name).first.bounding_box()
        for name in ("mtable", "mo")
    )
    assert table is not None
    assert bracket is not None
    assert bracket["height"] > 0.7 * table["height"]


def test_a_formula_is_copied_as_latex(shown: Shown) -> None:
    shown.ready()
    shown.answered("So $x^2$ and\n\n$$\\sqrt{2}$$\n\nend.")
    shown.page.focus("#scroller")
    shown.page.evaluate(
        """() => {
            const [first, last] = document.querySelectorAll('math');
            getSelection().setBaseAndExtent(first.querySelector('mn').firstChild, 0,
                document.querySelectorAll('.block')[2].querySelector('p').firstChild, 3);
        }"""
    )
    shown.page.keyboard.press("Control+c")
    text = shown.page.evaluate("navigator.clipboard.readText()")
    assert text.split() == ["$x^2$", "and", "$$\\sqrt{2}$$", "end"]
    shown.page.get_by_role("button", name="Copy answer").click()
    expect(shown.page.locator("#speech")).to_contain_text("Copied")
    copied = shown.page.evaluate("navigator.clipboard.readText()")
    assert copied == "So $x^2$ and\n\n$$\\sqrt{2}$$\n\nend."


def test_what_is_wide_scrolls_in_its_own_box(shown: Shown) -> None:
    shown.ready()
    shown.answered(CODE + "\n" + FORMULAS)
    for wide in ("figure.code pre", ".table", ".formula.display >> nth=2"):
        element = shown.page.locator(wide).first
        assert element.evaluate(SCROLLS), wide
        expect(element).to_have_attribute("tabindex", "0")
        element.focus()
        shown.page.keyboard.press("ArrowRight")
        shown.page.wait_for_function("e => e.scrollLeft > 0", arg=element.element_handle())
    scroller = shown.page.locator("#scroller")
    assert scroller.evaluate("e => e.scrollWidth === e.clientWidth")


def test_cells_align_tasks_are_ticked_and_lists_nest(shown: Shown) -> None:
    shown.ready()
    shown.answered(CODE + "\n" + LISTS)
    cells = shown.page.locator("tbody tr").first.locator("td")
    sides = [cells.nth(at).evaluate("e => getComputedStyle(e).textAlign") for at in range(4)]
    assert sides == ["left", "right", "center", "start"]
    tasks = shown.page.locator(".task input")
    expect(tasks).to_have_count(2)
    expect(tasks.nth(0)).to_be_checked()
    expect(tasks.nth(0)).to_be_disabled()
    expect(tasks.nth(1)).not_to_be_checked()
    expect(shown.page.locator("ol > li > ul > li > ul > li")).to_have_text("So is its parent.")
    assert shown.page.locator("[style]").count() == shown.page.locator(".track i[style]").count()


def test_a_table_that_is_too_wide_leaves_no_column_a_word_a_line(shown: Shown) -> None:
    shown.ready()
    head = "".join(f"| Column {number} " for number in range(8))
    rule = "|---" * 8
    row = "| this is a sentence that goes on for a while " * 8
    shown.answered(f"{head}|\n{rule}|\n{row}|\n")
    left, right = box(shown.page.locator("td").last)
    assert right - left > 100
    assert shown.page.locator(".table").evaluate(SCROLLS)


TASKS = """- [ ] apart

- [x] apart, too

x

- [x] tight
  - [ ] nested
- plain
"""
MARKER = "e => getComputedStyle(e).listStyleType"


def test_a_task_stands_beside_its_box_and_lists_nest_and_mix(shown: Shown) -> None:
    shown.ready()
    shown.answered(TASKS)
    boxes = shown.page.locator(".task input")
    texts = shown.page.locator(".task > p, .task .task")
    for mark, text in ((0, 0), (1, 1), (3, 2)):
        assert box(boxes.nth(mark))[1] < box(texts.nth(text))[0] + 1
    _, tight, nested = (box(boxes.nth(at)) for at in (0, 2, 3))
    assert nested[0] - tight[0] > 16
    plain = shown.page.locator("li", has_text="plain").last
    assert [plain.evaluate(MARKER), shown.page.locator(".task").first.evaluate(MARKER)] == [
        "disc",
        "none",
    ]


RIGHT_TO_LEFT = """שלום עולם.

- פריט
- `code` שני

| עמודה | b |
|---|---|
| תא | 2 |

> ציטוט

```py
x = "שלום"
```

An English line.
"""


def test_what_is_read_from_right_to_left_stands_on_the_right(shown: Shown) -> None:
    shown.ready()
    shown.page.fill("#draft", "מה שלומך?")
    assert shown.page.locator("#draft").evaluate(DIRECTION) == "rtl"
    answer = shown.ask("מה שלומך?")
    answer.say(RIGHT_TO_LEFT)
    answer.finish()
    blocks = shown.page.locator(".block")
    expect(blocks).to_have_count(6)
    sides = [blocks.nth(at).evaluate(DIRECTION) for at in range(6)]
    assert sides == ["rtl", "rtl", "rtl", "rtl", "ltr", "ltr"]
    assert shown.page.locator(".question > div").evaluate(DIRECTION) == "rtl"
    assert shown.page.locator(".block code").first.evaluate(DIRECTION) == "ltr"
    item, items = box(shown.page.locator(".block li").first), box(shown.page.locator(".block ul"))
    assert item[1] < items[1] - 10  # its mark is on the right
    cell, table = box(shown.page.locator("th").first), box(shown.page.locator("table"))
    assert cell[1] == pytest.approx(table[1], abs=1)


def test_a_long_prompt_shows_how_far_it_is_read(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Sum it up.")
    bar = shown.page.get_by_role("progressbar", name="Prompt read")
    for done in (1024, 3072):
        answer.say(PromptProgressChunk(total=4096, cached=0, processed=done, elapsed_ms=9))
        expect(bar).to_have_js_property("value", done / 4096)
    expect(shown.page.locator(".waiting")).to_contain_text("3,072 of 4,096 tokens")
    answer.say("It")
    expect(bar).to_have_count(0)


def test_reasoning_opens_while_it_comes_and_stays_open(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Hm?")
    answer.say(ReasoningChunk(text="Let me see."))
    shown.page.locator(".thinking summary").press("Enter")
    expect(shown.page.get_by_text("Let me see.")).to_be_visible()
    answer.say("Yes.")
    answer.finish()
    expect(shown.page.locator(".thinking summary")).to_have_text(THOUGHT_FOR)
    expect(shown.page.get_by_text("Let me see.")).to_be_visible()


def test_the_view_lets_go_when_the_reader_pages_up(shown: Shown) -> None:
    shown.ready()
    answer = shown.ask("Much, please.")
    for number in range(30):
        answer.say(f"Paragraph {number}.\n\n")
    last = shown.page.locator("#messages").get_by_text("Paragraph 29.")
    expect(last).to_be_in_viewport()
    shown.page.focus("#scroller")
    shown.page.evaluate(
        "() => document.getElementById('scroller')"
        ".addEventListener('scrollend', () => { window.rests = true; })"
    )
    shown.page.keyboard.press("PageUp")
    shown.page.wait_for_function("() => window.rests")
    expect(last).not_to_be_in_viewport()
    for number in range(30, 40):
        answer.say(f"Paragraph {number}.\n\n")
    expect(shown.page.locator("#messages").get_by_text("Paragraph 39.")).to_be_attached()
    expect(last).not_to_be_in_viewport()
    # It grows while the view is on its way.
    shown.page.keyboard.press("End")
    for number in range(40, 50):
        answer.say(f"Paragraph {number}.\n\n")
    answer.say("The end.")
    expect(shown.page.locator("#messages").get_by_text("The end.")).to_be_in_viewport()


def test_an_empty_chat_is_read_from_its_beginning(shown: Shown) -> None:
    shown.page.set_viewport_size({"width": 380, "height": 330})
    shown.answered("So.")
    shown.page.click("#new")
    expect(shown.page.locator("#empty-title")).to_be_visible()
    painted = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    shown.page.evaluate(painted)
    expect(shown.page.locator("#empty-title")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    "deep",
    ["> " * 60 + "the end", "".join("  " * depth + "- the end\n" for depth in range(60))],
    ids=["quotes", "lists"],
)
def test_what_is_nested_ever_deeper_stays_in_view(shown: Shown, deep: str) -> None:
    shown.ready()
    shown.answered(deep)
    ends = """() => {
      const range = document.createRange();
      const block = document.querySelector(".block");
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
      const found = [];
      while (walker.nextNode()) {
        if (!walker.currentNode.data.includes("the end")) continue;
        range.selectNodeContents(walker.currentNode);
        const { left, right, height } = range.getBoundingClientRect();
        found.push([left, right, height]);
      }
      return found;
    }"""
    found = shown.page.evaluate(ends)
    assert found
    for left, right, height in found:
        assert 0 <= left < right <= SMALL[0]
        assert height < 40


def test_a_heading_stands_nearer_to_what_it_is_over_and_a_quote_in_a_quote_apart(
    shown: Shown,
) -> None:
    shown.ready()
    shown.answered("Before.\n\n### Three\n\nAfter.\n\n> One\n>\n> > Two\n\n1. Item\n\n   > Of it")
    edges = "e => { const { top, bottom } = e.getBoundingClientRect(); return [top, bottom]; }"

    def over(upper: str, lower: str) -> float:
        first, second = (shown.page.locator(f".block {at}").first for at in (upper, lower))
        return float(second.evaluate(edges)[0] - first.evaluate(edges)[1])

    assert over("h3", "p:text('After.')") < over("p:text('Before.')", "h3")
    assert over("blockquote > p", "blockquote blockquote") >= 6
    assert over("li > p", "li > blockquote") >= 6
