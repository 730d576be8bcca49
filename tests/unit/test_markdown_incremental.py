"""However an answer is cut, the page ends with what the whole text renders to."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tray.models.page import BlockUpdate
from tray.ui.markdown.incremental import FRAME, IncrementalRenderer
from tray.ui.markdown.whole import render


class Page:
    """Applies updates as the page does and checks their contract."""

    def __init__(self) -> None:
        self.html: dict[int, str] = {}
        self.final: set[int] = set()

    def apply(self, updates: Iterable[BlockUpdate]) -> None:
        for update in updates:
            assert update.index not in self.final
            if update.html is not None:
                self.html[update.index] = update.html
            elif 'stream"' not in self.html[update.index]:
                self._append(update.index, update.append_text or "")
            if update.final:
                self.final.add(update.index)

    def _append(self, index: int, text: str) -> None:
        """Words go behind the last ones: behind the last sign that is of no tag."""
        html = self.html[index]
        end = len(re.sub(r"(?:\s*</\w+>\s*)+\Z", "", html))
        assert end, "a block without words"
        self.html[index] = html[:end] + text + html[end:]

    def blocks(self) -> tuple[str, ...]:
        return tuple(self.html[index] for index in sorted(self.html) if self.html[index])


def stream(pieces: Sequence[str]) -> tuple[str, ...]:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    page = Page()
    for step, piece in enumerate(pieces):
        renderer.feed(piece)
        page.apply(renderer.poll(float(step)))
    page.apply(renderer.poll(float(len(pieces)), final=True))
    return page.blocks()


def cut(text: str, places: Iterable[int]) -> list[str]:
    edges = [0, *sorted({place % (len(text) + 1) for place in places}), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


_LINES = st.sampled_from(
    [
        "word",
        "two words",
        "- item",
        "* star",
        "+ plus",
        "1. one",
        "2) two",
        "10. ten",
        "-",
        "*",
        "1.",
        "  more",
        "    deep",
        "\tTab",
        "\t\ttwo tabs",
        "- \ttab item",
        "   three",
        "> quote",
        ">",
        "> - in quote",
        "> ```",
        ">> two",
        "# head",
        "## h ##",
        "#",
        "#no",
        "===",
        "---",
        "- - -",
        "***",
        "__",
        "```",
        "```py",
        "~~~",
        "````",
        "``` x`y",
        "  ```",
        "    ```",
        "- ```",
        "  - ```js",
        "| a | b |",
        "|---|:-:|",
        "a | b",
        "-|-",
        ":--|",
        "|x|",
        "| 1 | 2 | 3 |",
        "|a" * 30,
        "|-" * 30,
        "[x]: http://a.b",
        "[x]: <http://c.d> 'title'",
        "[x]:",
        "http://e.f",
        "'title",
        "end'",
        '"t"',
        "[x]",
        "[y][x]",
        "[x]: http://a.b 'open",
        "(paren)",
        "![i](http://a.b/c.png)",
        "<b>",
        "<div>",
        "<!-- c",
        "-->",
        "&amp;",
        "**bold",
        "bold**",
        "`code",
        "code`",
        "- [ ] task",
        "- [x] done",
        "$a_b$",
        "$$",
        "$$x$$",
        "$$ y",
        "z $$",
        "\\[",
        "\\] w",
        "> $$",
        "- $$",
        "\\(",
        "\\)",
        "hard  ",
        "back\\",
        "    'ti",
        "\x0c",
        "\u00a0",
        "    [x]: http://q.r",
        "- [x]: http://in.list",
        "> [x]: http://in.quote",
        "1234567890. no",
        "0. zero",
        "a\0b",
    ]
)
_ENDS = ["", "\n", "\n\n", "\n   ", "\n- ", "\n> "]
_TEXT = st.lists(
    st.tuples(_LINES, st.sampled_from(["\n", "\n", "\n\n", "\r\n", "\r", "\n\n\n", "\n \t\n"])),
    max_size=14,
).map(lambda rows: "".join(line + end for line, end in rows))
_LOOSE = st.text(alphabet="ab \t\n\r-*+#>`~|:[]()!<\\$_1.'\"=", max_size=60)


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.one_of(_TEXT, _LOOSE), places=st.lists(st.integers(0, 10_000), max_size=12))
@example(text="[x]: http://a.b\n'title\nend'\n\n[x]\n", places=range(33))
@example(text="para\n| a | b |\n|---|---|x\nmore\n", places=range(31))
@example(text="|a" * 9 + "\n" + "|-" * 9 + "\nx" * 12 + "|y|\n1. z\n", places=range(70))
@example(text="- a\n- b\n\n\n- c\n\npara\n\n    code\n\n    more\n", places=range(41))
def test_every_split_ends_like_the_whole(text: str, places: Sequence[int]) -> None:
    assert stream(cut(text, places)) == render(text)


@pytest.mark.parametrize("container", ["", "> ", "- "])
def test_a_table_that_ends_early_does_so_however_it_is_cut(container: str) -> None:
    indent = container.replace("-", " ")
    rows = ["x", "x", "1 y", *["x | y" + " | z" * 9] * 2, *["x"] * 9, "| x |", "-|-", "", "end"]
    text = container + f"\n{indent}".join(["|a" * 20, "|-" * 20, *rows])
    assert re.search(r"</table></div>\n(<p>)?x", "".join(render(text)))
    for size in (1, 2, 3, 7):
        assert stream([text[at : at + size] for at in range(0, len(text), size)]) == render(text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=_TEXT)
def test_letter_by_letter_ends_like_the_whole(text: str) -> None:
    assert stream(list(text)) == render(text)


_WORDS = st.sampled_from(
    [
        " and",
        " it. Then",
        "well-known",
        ", 5 of",
        "a/b",
        "<br>c",
        " (so",
        "  two",
        " = 3",
        " x",
        "1",
        ".",
        " ",
        "https://a.b",
        "http",
        "s:",
        "/",
        "/c",
        " (http://a.b/~c)",
        "://d",
    ]
)
_GROWING = st.lists(
    st.tuples(st.one_of(_LINES, st.just("")), st.lists(_WORDS, max_size=4), st.sampled_from(_ENDS)),
    max_size=8,
).map(lambda rows: [piece for line, words, end in rows for piece in (line, *words, end)])


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=_GROWING)
@example(pieces=["- a", "\n\n", "  [x]:", "\n", "  a", "b"])
@example(pieces=["[x]:", " a", " ", "b"])
@example(pieces=["`a", "`", "\n\n", "1", ".", " x"])
@example(pieces=["- one", "\n\n", "Then ", "two", " and"])
@example(pieces=["at http", "s:", "//a.b", "/c", ".", " It", " is"])
@example(pieces=["at https:", " ", "//a.b", ",", "c"])
def test_what_is_shown_meanwhile_is_what_the_text_so_far_renders_to(pieces: list[str]) -> None:
    renderer, page = IncrementalRenderer(clock=lambda: 0.0), Page()
    for step, piece in enumerate(pieces):
        renderer.feed(piece)
        page.apply(renderer.poll(float(step)))
        if 'stream"' not in "".join(page.html.values()):
            assert page.blocks() == render("".join(pieces[: step + 1]))


def test_words_are_appended_and_marks_are_rendered() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    sent: list[BlockUpdate] = []
    for step, piece in enumerate(["1. One", " and ", "two", " *th", "ree*", " four"]):
        renderer.feed(piece)
        sent.extend(renderer.poll(float(step)))
    assert [update.append_text for update in sent] == [None, " and", " two", None, None, None]
    renderer.feed(", five.")
    (update,) = renderer.poll(9.0)
    assert (update.index, update.append_text) == (0, ", five.")


def test_words_behind_an_address_are_appended() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    sent: list[BlockUpdate] = []
    for step, piece in enumerate(["See https", "://a.b/~c", ", which", " is", " it."]):
        renderer.feed(piece)
        sent.extend(renderer.poll(float(step)))
    assert [update.append_text for update in sent] == [None, None, None, " is", " it."]


def test_rendering_waits_for_the_next_frame() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    assert renderer.due is None
    renderer.feed("a")
    assert renderer.poll(10.0)
    renderer.feed("b")
    assert renderer.poll(10.02) == ()
    assert renderer.due == pytest.approx(10.0 + 1 / 25.5)
    (update,) = renderer.poll(10.04)
    assert update.append_text == "b"


def test_a_late_poll_does_not_delay_the_frame_after_it() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    renderer.feed("a")
    renderer.poll(10.0)
    renderer.feed("b")
    assert renderer.poll(10.0 + 1.5 * FRAME)
    renderer.feed("c")
    assert renderer.due == pytest.approx(10.0 + 2 * FRAME)


def test_frames_that_nobody_needed_are_not_made_up_for() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    for now in (10.0, 20.0):
        renderer.feed("a")
        renderer.poll(now)
    renderer.feed("b")
    assert renderer.due == pytest.approx(20.0 + FRAME)


def test_costly_rendering_takes_a_fifth_of_a_core() -> None:
    readings = iter([0.0, 0.1, 1.0, 1.1])
    renderer = IncrementalRenderer(clock=lambda: next(readings))
    renderer.feed("a")
    renderer.poll(10.0)
    renderer.feed("b")
    assert renderer.poll(10.49) == ()
    assert renderer.poll(10.51)


def test_nothing_new_sends_nothing() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    renderer.feed("word ")
    assert len(renderer.poll(0.0)) == 1
    renderer.feed("\n")
    assert renderer.poll(1.0) == ()


def test_open_code_streams_as_text_and_is_highlighted_once() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    sent: list[BlockUpdate] = []
    for step, piece in enumerate(["```py\n", "if a", ":\n  b", "()\n``", "`", "\nafter"]):
        renderer.feed(piece)
        sent.extend(renderer.poll(float(step)))
    opening, *appended, closed, after = sent
    assert opening.html is not None
    assert '<code class="stream"></code>' in opening.html
    assert [update.append_text for update in appended] == ["if a", ":\n  b", "()\n"]
    assert closed.final
    assert "tok-keyword" in (closed.html or "")
    assert after.html == "<p>after</p>\n"


_LONG_BLOCKS = {
    "list": ("- item with *words*\n" * 600 + "\n", "after\n"),
    "loose list": ("- item\n\n  more\n\n" * 700, "after\n"),
    "ordered": ("1. item\n" * 1500 + "\n", "- other\n"),
    "paragraph": ("soft broken line\n" * 800, "\nafter\n"),
    "heading after": ("soft broken line\n" * 800, "# after\n" + "x\n" * 2200),
    "quote": ("> quoted words\n" * 800, "\nafter\n"),
    "table": ("|a|b|\n|-|-|\n" + "|cell|cell|\n" * 900, "\nafter\n"),
    "indented code": ("    code line\n" * 900, "after\n"),
    "code in list": ("- ```\n" + "  code\n" * 1500 + "  ```\n\n", "after\n"),
}


@pytest.mark.parametrize("name", _LONG_BLOCKS)
def test_a_long_block_streams_as_text_and_is_rendered_when_it_closes(name: str) -> None:
    block, after = _LONG_BLOCKS[name]
    text = block + after
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    page = Page()
    appended = 0
    for step in range(0, len(text), 409):
        renderer.feed(text[step : step + 409])
        updates = renderer.poll(float(step))
        appended += sum(len(update.append_text or "") for update in updates)
        page.apply(updates)
    assert appended > 1000
    assert 0 in page.final, "closed without the end of the text"
    page.apply(renderer.poll(float(len(text)), final=True))
    assert page.blocks() == render(text)


def test_work_grows_with_the_text_only() -> None:
    """Bytes sent for a list of n items, doubled, stay within a small factor."""

    def sent(items: int) -> int:
        renderer = IncrementalRenderer(clock=lambda: 0.0)
        total = 0
        for step in range(0, items, 8):
            renderer.feed(f"- item {step} with a few *words*\n" * 8)
            for update in renderer.poll(float(step)):
                total += len(update.html or update.append_text or "")
        return total

    assert sent(2000) < 2.2 * sent(1000)


def test_no_source_is_kept_of_finished_blocks() -> None:
    renderer = IncrementalRenderer(clock=lambda: 0.0)
    for step in range(500):
        renderer.feed("[label]: https://a.test\n\n\n" if step % 2 else "A paragraph.\n\n")
        renderer.poll(float(step))
    assert len(renderer._tail) < 100
