"""An answer on its way to the page: read at the page's pace, and nothing is lost or late."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Iterator

import pytest

from tray.infrastructure.local_api.backlog import LARGEST, SILENCE
from tray.infrastructure.local_api.page_lines import AWAKE, PageLines
from tray.models.chat import ChatChunk, ContentChunk, FinishChunk, FinishReason
from tray.models.page import PageChunk, ThinkingChunk

WAIT = 10.0


class Source:
    """An answer that says what it is told; ``asked_at`` is when each chunk was asked for."""

    def __init__(self) -> None:
        self.waiting: queue.Queue[ChatChunk | None] = queue.Queue()
        self.asked_at: list[float] = []
        self.asked = threading.Event()

    def say(self, *texts: str) -> None:
        for text in texts:
            self.waiting.put(ContentChunk(text=text))

    def say_late(self, text: str) -> None:
        """So that it is waited for: who has not caught up does not rest."""
        assert self.asked.wait(WAIT)
        threading.Timer(0.1, self.say, [text]).start()

    def __iter__(self) -> Iterator[ChatChunk]:
        self.asked_at.append(time.monotonic())
        self.asked.set()
        while (chunk := self.waiting.get(timeout=WAIT)) is not None:
            yield chunk
            self.asked_at.append(time.monotonic())

    def cancel(self) -> None:
        self.waiting.put(None)


class Writer:
    """Writes all it was fed, ``pause`` seconds after the last time."""

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.quiet_until = float("-inf")
        self.fed: list[str] = []

    @property
    def due(self) -> float | None:
        return self.quiet_until if self.fed else None

    def feed(self, chunk: ChatChunk, now: float) -> None:
        assert isinstance(chunk, ContentChunk | FinishChunk)
        self.fed.append(chunk.text if isinstance(chunk, ContentChunk) else "the end")

    def poll(self, now: float) -> tuple[PageChunk, ...]:
        text = "".join(self.fed)
        self.fed.clear()
        self.quiet_until = now + self.pause
        return (ThinkingChunk(text=text),)


@pytest.fixture
def source() -> Iterator[Source]:
    made = Source()
    yield made
    made.cancel()


def text_of(lines: bytes) -> str:
    return "".join(json.loads(line)["text"] for line in lines.splitlines())


def text_until(length: int, lines: Iterator[bytes]) -> str:
    found = ""
    while len(found) < length:
        found += text_of(next(lines))
    return found


def test_words_are_written_as_they_come(source: Source) -> None:
    lines = iter(PageLines(source, Writer()))
    source.say("a")
    assert text_of(next(lines)) == "a"
    source.say("b")
    assert text_of(next(lines)) == "b"


def test_while_nothing_is_due_words_pile_up_unread(source: Source) -> None:
    writer = Writer(pause=0.6)
    lines = iter(PageLines(source, writer))
    source.say_late("a")
    assert text_of(next(lines)) == "a"
    rested = writer.quiet_until - AWAKE
    source.say("b", "c", "d")
    assert text_until(3, lines) == "bcd"
    assert all(when >= rested for when in source.asked_at[1:])


def test_a_rest_does_not_hold_up_what_has_piled_up_before(source: Source) -> None:
    source.say(*("x" * 500))
    lines = iter(PageLines(source, Writer(pause=0.1)))
    begun = time.monotonic()
    assert len(text_until(500, lines)) == 500
    assert time.monotonic() - begun < 1.0


def test_what_is_due_is_written_though_the_engine_is_silent(source: Source) -> None:
    writer = Writer(pause=0.2)
    lines = iter(PageLines(source, writer))
    source.say("a", "b")
    begun = time.monotonic()
    assert text_until(2, lines) == "ab"
    assert time.monotonic() - begun < SILENCE


def test_what_was_read_after_a_rest_is_written_though_the_engine_is_silent(source: Source) -> None:
    lines = iter(PageLines(source, Writer(pause=0.2)))
    # The reader rests, longer than who sends the lines looks for the next.
    source.say_late("a")
    assert text_of(next(lines)) == "a"
    begun = time.monotonic()
    source.say("b")
    assert text_until(1, lines) == "b"
    assert time.monotonic() - begun < SILENCE


def test_a_silence_is_told(source: Source) -> None:
    begun = time.monotonic()
    assert next(iter(PageLines(source, Writer()))) == b""
    assert time.monotonic() - begun >= SILENCE


def test_the_end_is_written_and_then_it_is_over(source: Source) -> None:
    lines = iter(PageLines(source, Writer()))
    source.waiting.put(FinishChunk(reason=FinishReason.STOP))
    source.cancel()
    assert text_of(next(lines)) == "the end"
    assert next(lines, None) is None


def test_closing_ends_a_rest_and_the_answer(source: Source) -> None:
    made = PageLines(source, Writer(pause=WAIT))
    lines = iter(made)
    source.say_late("a")
    assert text_of(next(lines)) == "a"
    begun = time.monotonic()
    threading.Timer(0.05, made.close).start()
    assert next(lines, None) is None
    assert time.monotonic() - begun < WAIT / 2


def test_a_page_that_does_not_read_holds_up_its_own_answer(source: Source) -> None:
    writer = Writer()
    lines = iter(PageLines(source, writer))
    source.say(*("x" * (LARGEST + 100)))
    # One is written, so many wait to be, and one more has been read.
    deadline = time.monotonic() + WAIT
    while source.waiting.qsize() != 98 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert len(writer.fed) == LARGEST
    assert len(text_until(LARGEST + 100, lines)) == LARGEST + 100
    assert source.waiting.empty()
