"""Chunks of an answer become what the page applies: complete, in order, seldom."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_markdown_incremental import Page
from tray.models.chat import (
    ChatChunk,
    ChatTimings,
    ContentChunk,
    FinishChunk,
    FinishReason,
    PromptProgressChunk,
    ReasoningChunk,
)
from tray.models.failure import FailureCause, ServerFailure
from tray.models.page import (
    BlocksChunk,
    PageChunk,
    PageFinishChunk,
    ReadingChunk,
    SpeedChunk,
    ThinkingChunk,
    ThoughtChunk,
)
from tray.ui.markdown.whole import render
from tray.ui.page_stream import COALESCE, PageStream

STOP = FinishChunk(reason=FinishReason.STOP)


def run(chunks: Sequence[ChatChunk], step: float, begun: str = "") -> list[tuple[float, PageChunk]]:
    """Feed a chunk every ``step`` seconds and poll as the server does: when due."""
    stream = PageStream(begun, clock=lambda: 0.0)
    out: list[tuple[float, PageChunk]] = []
    for number, chunk in enumerate(chunks):
        now = number * step
        stream.feed(chunk, now)
        if stream.due is not None and stream.due <= now:
            out += [(now, piece) for piece in stream.poll(now)]
    assert stream.due is None
    return out


@given(st.lists(st.text("ab *`#\n-", min_size=1, max_size=6), max_size=40), st.floats(0.001, 0.2))
def test_the_page_ends_with_the_whole_answer(pieces: list[str], step: float) -> None:
    out = run([*map(_content, pieces), STOP], step)
    page, source = Page(), ""
    for _, chunk in out:
        if isinstance(chunk, BlocksChunk):
            page.apply(chunk.updates)
            source += chunk.source
    assert source == "".join(pieces)
    assert page.blocks() == render(source)
    assert isinstance(out[-1][1], PageFinishChunk)
    assert sum(isinstance(chunk, PageFinishChunk) for _, chunk in out) == 1


def test_an_answer_that_goes_on_shows_all_of_it_and_sends_what_is_new() -> None:
    page, source = Page(), ""
    begun = "It is:\n\n```py\npri"
    for _, chunk in run([_content("nt(1)\n```\n"), STOP], 0.1, begun):
        if isinstance(chunk, BlocksChunk):
            page.apply(chunk.updates)
            source += chunk.source
    assert source == "nt(1)\n```\n"
    assert page.blocks() == render(begun + source)


def test_text_is_sent_at_most_twenty_six_times_a_second() -> None:
    out = run([_content("word ") for _ in range(2000)] + [STOP], 0.0005)
    blocks = [chunk for _, chunk in out if isinstance(chunk, BlocksChunk)]
    assert 24 <= len(blocks) <= 28


def test_the_first_word_is_sent_at_once() -> None:
    when, chunk = run([_content("Yes"), STOP], 10.0)[0]
    assert when == 0.0
    assert isinstance(chunk, BlocksChunk)


def test_reasoning_ends_with_the_first_word_and_says_how_long_it_took() -> None:
    thinking: list[ChatChunk] = [ReasoningChunk(text="hm ") for _ in range(4)]
    out = [chunk for _, chunk in run([*thinking, _content("So."), STOP], 2.0)]
    kinds = [type(chunk) for chunk in out if not isinstance(chunk, SpeedChunk)]
    assert kinds == [ThinkingChunk] * 4 + [
        ThoughtChunk,
        BlocksChunk,
        BlocksChunk,
        PageFinishChunk,
    ]
    assert ThoughtChunk(label="Thought for 8 s", seconds=8.0) in out


def test_reasoning_that_never_ends_is_closed_by_the_finish() -> None:
    out = [chunk for _, chunk in run([ReasoningChunk(text="hm"), STOP], 1.0)]
    assert [chunk.kind for chunk in out] == ["thinking", "thought", "finish"]


def test_a_flood_of_reasoning_is_sent_once_a_frame() -> None:
    flood: list[ChatChunk] = [ReasoningChunk(text="x") for _ in range(1000)]
    out = [chunk for _, chunk in run([*flood, STOP], 0.001)]
    thinking = [chunk for chunk in out if isinstance(chunk, ThinkingChunk)]
    assert "".join(chunk.text for chunk in thinking) == "x" * 1000
    assert len(thinking) <= 1 / COALESCE + 2


def test_reading_the_prompt_is_told_in_words() -> None:
    progress = PromptProgressChunk(total=2048, cached=0, processed=512, elapsed_ms=1.0)
    empty = PromptProgressChunk(total=0, cached=0, processed=0, elapsed_ms=1.0)
    out = [chunk for _, chunk in run([progress, empty, STOP], 1.0)]
    assert out[0] == ReadingChunk(label="Reading the prompt · 512 of 2,048 tokens", share=0.25)
    assert isinstance(out[1], ReadingChunk)
    assert out[1].share == 0.0


def test_the_speed_is_measured_over_half_a_second() -> None:
    out = run([_content("a ") for _ in range(201)] + [STOP], 0.01)
    labels = [chunk.label for _, chunk in out if isinstance(chunk, SpeedChunk)]
    assert labels == ["100 tokens/s"] * len(labels)
    assert 3 <= len(labels) <= 4


def test_the_context_in_use_is_told_while_the_answer_comes() -> None:
    prompt = PromptProgressChunk(
        total=1000, cached=600, processed=1000, elapsed_ms=1.0, context_size=4096
    )
    out = run([prompt, *(_content("a ") for _ in range(60)), STOP], 0.01)
    labels = [chunk.label for _, chunk in out if isinstance(chunk, SpeedChunk)]
    assert labels == ["100 tokens/s · 1,052 / 4,096 tokens"]


def test_the_finish_carries_words_and_failure() -> None:
    failure = ServerFailure(cause=FailureCause.STREAM_CUT, title="t", detail="d")
    timings = ChatTimings(predicted_tokens=2)
    finish = FinishChunk(reason=FinishReason.CUT, timings=timings, failure=failure)
    ((_, chunk),) = run([finish], 1.0)
    assert chunk == PageFinishChunk(
        reason=FinishReason.CUT, label="cut off · 2 tokens", timings=timings, failure=failure
    )


def _content(text: str) -> ContentChunk:
    return ContentChunk(text=text)
