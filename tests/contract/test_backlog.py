"""Chunks that wait for a page: read at the page's pace, and none is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from tray.infrastructure.local_api.backlog import AWAKE, Backlog
from tray.models.chat import ChatChunk, ContentChunk

WAIT = 10.0
TEXTS = ("b", "c", "d")


class Source:
    """An answer that goes on when it is told; ``read_at`` is when each chunk was asked for."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.cancelled = threading.Event()
        self.read_at: list[float] = []

    def __iter__(self) -> Iterator[ChatChunk]:
        yield ContentChunk(text="a")
        assert self.goes_on.wait(WAIT)
        for text in TEXTS:
            self.read_at.append(time.monotonic())
            yield ContentChunk(text=text)

    def cancel(self) -> None:
        self.cancelled.set()


def texts(chunks: list[ChatChunk] | None) -> list[str]:
    return [chunk.text for chunk in chunks or [] if isinstance(chunk, ContentChunk)]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def backlog(source: Source) -> Iterator[Backlog]:
    made = Backlog(source)
    assert texts(made.take(WAIT)) == ["a"]
    yield made
    source.goes_on.set()
    made.close()


def rest(backlog: Backlog, source: Source, seconds: float) -> float:
    """Rest, the answer going on meanwhile; when the rest began."""
    threading.Timer(seconds / 3, source.goes_on.set).start()
    begun = time.monotonic()
    backlog.rest(seconds)
    return begun


def test_while_it_rests_at_most_one_chunk_is_read(backlog: Backlog, source: Source) -> None:
    begun = rest(backlog, source, 0.6)
    found: list[str] = []
    while (chunks := backlog.take(WAIT)) is not None:
        found += texts(chunks)
    assert found == list(TEXTS)
    assert all(when >= begun + 0.6 - AWAKE for when in source.read_at[1:])


def test_what_came_in_a_rest_is_there_at_its_end(backlog: Backlog, source: Source) -> None:
    rest(backlog, source, 0.6)
    assert "b" in texts(backlog.take(0))


def test_closing_ends_a_rest(backlog: Backlog, source: Source) -> None:
    begun = time.monotonic()
    threading.Timer(0.05, backlog.close).start()
    backlog.rest(WAIT)
    assert time.monotonic() - begun < WAIT / 2
    assert source.cancelled.is_set()
    assert backlog.take(0) is None
