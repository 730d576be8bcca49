"""How an answer looks: in a pipe, as JSON, and live on a terminal."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from rich.console import Console

from tests.hostile_corpus import PAYLOADS
from tests.unit.terminal_fakes import STOP, words
from tray.models.chat import (
    CHAT_CHUNK,
    ChatChunk,
    ChatTimings,
    ContentChunk,
    FinishChunk,
    FinishReason,
    PromptProgressChunk,
    ReasoningChunk,
)
from tray.ui.terminal import live
from tray.ui.terminal.blocks import finished_length
from tray.ui.terminal.controls import harmless
from tray.ui.terminal.live import LiveWriter
from tray.ui.terminal.plain import JsonWriter, PlainWriter
from tray.ui.terminal.tail import recent

RICHS_OWN = re.compile(r"\x1b\[(?:\?25[lh]|2K|\d*A|[\d;]*m)|\r")
PROGRESS = PromptProgressChunk(total=10, cached=0, processed=5, elapsed_ms=1.0)


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("", ""),
        ("one line", ""),
        ("para\n\n", ""),
        ("para\n\nnext", "para\n\n"),
        ("# head\ntext", "# head\n"),
        ("- a\n- b\n", ""),
        ("- a\n\n- b\n\ntext", "- a\n\n- b\n\n"),
        ("```\ncode\n\nmore", ""),
        ("```\ncode\n```\nafter", "```\ncode\n```\n"),
        ("a\n\n| x |\n|---|\n| 1 |\n", "a\n\n"),
    ],
)
def test_all_but_the_last_block_is_finished(text: str, finished: str) -> None:
    assert text[: finished_length(text)] == finished


def test_a_pipe_gets_the_text_alone_and_one_newline() -> None:
    out = io.StringIO()
    with PlainWriter(out, io.StringIO()) as writer:
        for chunk in (PROGRESS, ReasoningChunk(text="hm"), *words("Hel", "lo ✓")):
            writer.write(chunk)
    assert out.getvalue() == "Hello ✓\n"


def test_lines_that_end_as_on_windows_are_lines_on_a_terminal() -> None:
    out = Terminal()
    with PlainWriter(out, io.StringIO()) as writer:
        for chunk in words("one\r\ntwo\rx", "\r", "\nthree\r"):
            writer.write(chunk)
    assert out.getvalue() == "one\ntwo�x\nthree\n"


def test_a_line_end_of_windows_in_two_pieces_is_one_in_a_live_answer() -> None:
    text = shown_live(words("- one\r", "\n- two\r", "\n"))
    assert "two" in text
    assert "\ufffd" not in text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("out", "said"), [(io.StringIO(), "\x1b[2J\ta"), (Terminal(), "�[2J\ta")])
def test_an_answer_commands_no_terminal(out: io.StringIO, said: str) -> None:
    with PlainWriter(out, io.StringIO()) as writer:
        for chunk in words("\x1b[2J", "\ta"):
            writer.write(chunk)
    assert out.getvalue() == f"{said}\n"


@pytest.mark.parametrize("texts", [(), ("ends so\n",)])
def test_a_pipe_gets_no_second_newline(texts: tuple[str, ...]) -> None:
    out = io.StringIO()
    with PlainWriter(out, io.StringIO()) as writer:
        for chunk in words(*texts):
            writer.write(chunk)
    assert out.getvalue() == "".join(texts)


def test_json_is_one_chunk_a_line() -> None:
    chunks: list[ChatChunk] = [PROGRESS, ReasoningChunk(text="a\nb"), *words("x")]
    out = io.StringIO()
    with JsonWriter(out, io.StringIO()) as writer:
        for chunk in chunks:
            writer.write(chunk)
    assert [CHAT_CHUNK.validate_json(line) for line in out.getvalue().splitlines()] == chunks


def test_a_standstill_is_told_beside_the_pipe() -> None:
    for writer_of in (PlainWriter, JsonWriter):
        out, notes = io.StringIO(), io.StringIO()
        with writer_of(out, notes) as writer:
            writer.write(ContentChunk(text="Hel"))
            before = out.getvalue()
            writer.mark("Not answering · it hangs")
            writer.mark(None)
            assert out.getvalue() == before
        assert notes.getvalue() == "Not answering · it hangs\nThe engine goes on.\n"


def test_a_standstill_is_shown_below_the_live_answer_and_taken_away() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, color_system=None, width=80, _environ={})

    def drawn() -> str:
        """What one redraw by hand puts on the terminal."""
        out.seek(0)
        out.truncate()
        writer.refresh()
        return out.getvalue()

    with LiveWriter(console) as writer:
        writer.write(ContentChunk(text="Hel"))
        writer.mark("Not answering · it hangs")
        shown = drawn()
        assert shown.index("Hel") < shown.index("Not answering · it hangs")
        writer.mark(None)
        shown = drawn()
        assert "Hel" in shown
        assert "hangs" not in shown


def shown_live(chunks: list[ChatChunk], height: int = 10) -> str:
    """All that stays on a terminal of 80 columns once the answer has ended."""
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=True, color_system=None, width=80, height=height, _environ={}
    )
    with LiveWriter(console) as writer:
        for chunk in chunks:
            writer.write(chunk)
    return out.getvalue()


@pytest.mark.parametrize("head", ["```py\n", "", "- first\n"])
def test_what_grows_longer_than_the_terminal_shows_its_end(head: str) -> None:
    out = io.StringIO()
    console = Console(
        file=out, force_terminal=True, color_system=None, width=80, height=10, _environ={}
    )
    with LiveWriter(console) as writer:
        for text in (head, *(f"- line {number}\n" for number in range(40))):
            writer.write(ContentChunk(text=text))
        out.seek(0)
        out.truncate()
        writer.mark("Not answering · it hangs")
        shown = out.getvalue()
    assert "line 39" in shown
    assert "line 33" in shown
    assert "line 20" not in shown
    assert "it hangs" in shown


def test_code_above_the_screen_is_not_coloured_again_while_it_grows() -> None:
    code = "".join(f"x{number} = {number}\n" for number in range(40))
    assert recent(f"```py\n{code}", 10).split("\n")[:2] == ["```py", "x31 = 31"]
    for whole in ("```py\nx = 1\n", f"```py\nx = 1\n```\n{code}", code):
        assert recent(whole, 10) == whole


def test_markdown_is_rendered_live() -> None:
    text = shown_live(words("# He", "ad\n\nSome **bo", "ld** text\n\n```py\nx = 1\n```\n"))
    assert "Head" in text
    assert "Some bold text" in text
    assert "x = 1" in text
    assert "**" not in text


def test_an_answer_longer_than_the_terminal_is_shown_whole() -> None:
    items = "".join(f"- item number {number}\n" for number in range(100))
    text = shown_live(words(*items.splitlines(keepends=True)))
    assert all(f"item number {number}" in text for number in range(100))


def test_what_is_parsed_of_a_list_grows_with_the_list_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes: list[int] = []

    def counted(text: str) -> int:
        sizes.append(len(text))
        return finished_length(text)

    def parsed(items: int) -> int:
        sizes.clear()
        shown_live(words(*["- an item with *words*\n"] * items))
        return sum(sizes)

    monkeypatch.setattr(live, "finished_length", counted)
    assert parsed(600) < 2.5 * parsed(300)


def test_a_long_list_is_printed_once_a_quarter_of_it_follows() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=80, height=10, _environ={})
    with LiveWriter(console) as writer:
        for chunk in words(*["- an item\n"] * 300, "\n", *["A *word* more.\n\n"] * 60):
            writer.write(chunk)
        assert "an item" not in writer._open
        assert len(writer._open) < live.LONG_OPEN


def test_reasoning_comes_before_the_answer_and_the_note_last() -> None:
    finish = FinishChunk(reason=FinishReason.LENGTH, timings=ChatTimings(predicted_tokens=3))
    text = shown_live([ReasoningChunk(text="let me see"), ContentChunk(text="Yes."), finish])
    assert text.rindex("let me see") < text.rindex("Yes.") < text.rindex("token limit · 3 tokens")


@given(st.lists(st.text(max_size=20), max_size=20))
def test_a_model_never_commands_the_terminal(pieces: list[str]) -> None:
    hostile = ["\x1b]0;title\x07", "\x1b[2J", "\x9b31m", "\x08", *pieces]
    text = shown_live([*(ContentChunk(text=piece) for piece in hostile), STOP])
    assert "\x1b]0" not in text
    assert "\x1b[2J" not in text
    assert "\x9b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a vector<int> or <b>b</b>", "a vector<int> or <b>b</b>"),
        ("<div>\nwords\n</div>", "<div> words </div>"),
        (r"\(x_1 * y_2 * z\) is $a*b*c$", r"\(x_1 * y_2 * z\) is $a*b*c$"),
        ("\\[\na*b*c\n= 5\n\\]", "= 5"),
        ("**重要：**内容", "重要：内容"),
    ],
)
def test_a_terminal_reads_markdown_as_the_page_does(written: str, shown: str) -> None:
    assert shown in shown_live(words(written))


@pytest.mark.parametrize("sign", ["&#x202e;", "&rlm;", "&#8232;", "<https://a.test/%E2%80%AE>"])
def test_what_stands_for_a_control_character_is_none(sign: str) -> None:
    """It is decoded after the text itself was made harmless."""
    text = shown_live(words(f"a {sign}b, **{sign}** and\n\n| {sign} |\n|---|\n"))
    assert "\ufffd" in text
    assert not set(text) & set("\u202e\u200f\u2028")


@pytest.mark.parametrize(
    ("language", "code", "lexer"),
    [
        ("csharp", "var a = f(1);\n", "csharp"),
        ("csharp", "a\n" * 3000, "text"),
        ("smarty", "{a", "text"),
    ],
)
def test_code_that_could_make_a_lexer_slow_is_plain(
    monkeypatch: pytest.MonkeyPatch, language: str, code: str, lexer: str
) -> None:
    asked: set[str] = set()

    def noted(name: str, **options: object) -> Lexer:
        asked.add(name)
        return get_lexer_by_name(name, **options)

    monkeypatch.setattr("rich.syntax.get_lexer_by_name", noted)
    shown_live(words(f"```{language}\n{code}```\n"))
    assert asked == {lexer}


@pytest.mark.parametrize("cut", [False, True])
def test_the_corpus_commands_no_terminal(cut: bool) -> None:
    """Whole and letter by letter; what rich sends itself moves the cursor and clears lines."""
    for payload in PAYLOADS:
        text = shown_live(words(*payload) if cut else words(payload))
        said = RICHS_OWN.sub("", text)
        assert harmless(said) == said, payload
