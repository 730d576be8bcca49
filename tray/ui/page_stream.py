"""Pure: the chunks of an answer -> what the page applies, as seldom as it can."""

import time
from collections.abc import Callable

from tray.models.chat import (
    ChatChunk,
    ContentChunk,
    FinishChunk,
    PromptProgressChunk,
    ReasoningChunk,
)
from tray.models.page import (
    BlocksChunk,
    PageChunk,
    PageFinishChunk,
    ReadingChunk,
    SpeedChunk,
    ThinkingChunk,
    ThoughtChunk,
)
from tray.ui.chat_words import reading_label, speed_label, thought_label
from tray.ui.live_speed import LiveSpeed
from tray.ui.markdown.incremental import IncrementalRenderer
from tray.ui.present import finish_line

COALESCE = 0.014
"""Seconds between two pieces of plain text: about one frame of a 60 Hz screen."""


class PageStream:
    """One answer. Feed chunks, poll when due. Times are monotonic seconds.

    Text is rendered at most 25.5 times a second and under a fifth of a core; the
    renderer keeps that budget, measuring itself with ``clock``. ``begun`` is the
    Markdown of an answer that this one continues. Not thread-safe.
    """

    def __init__(self, begun: str = "", clock: Callable[[], float] = time.perf_counter) -> None:
        self._renderer = IncrementalRenderer(clock)
        if begun:
            self._renderer.feed(begun)
        self._speed = LiveSpeed()
        self._source: list[str] = []
        self._reasoning: list[str] = []
        self._thinking_since: float | None = None
        self._reading: PromptProgressChunk | None = None
        self._prompt: PromptProgressChunk | None = None
        self._tokens = 0
        self._finish: FinishChunk | None = None
        self._plain_due = float("-inf")

    @property
    def due(self) -> float | None:
        """When ``poll`` will have something; ``None`` while nothing waits."""
        if self._finish is not None:
            return float("-inf")
        plain = self._plain_due if self._reasoning or self._reading else None
        times = [when for when in (plain, self._renderer.due) if when is not None]
        return min(times, default=None)

    @property
    def quiet_until(self) -> float:
        """Until then nothing becomes due, whatever of the same kind comes."""
        thinks = self._thinking_since is not None
        return self._plain_due if thinks else self._renderer.quiet_until

    def feed(self, chunk: ChatChunk, now: float) -> None:
        """Take a chunk; cheap, nothing is rendered."""
        match chunk:
            case ContentChunk(text=text):
                self._source.append(text)
                self._renderer.feed(text)
                self._count(now)
            case ReasoningChunk(text=text):
                if self._thinking_since is None:
                    self._thinking_since = now
                self._reasoning.append(text)
                self._count(now)
            case PromptProgressChunk():
                self._reading = self._prompt = chunk
            case FinishChunk():
                self._finish = chunk

    def poll(self, now: float) -> tuple[PageChunk, ...]:
        """All that is due, in the order it is to be applied."""
        chunks = [*self._plain(now), *self._blocks(now)]
        speed = self._speed.take(now)
        if speed is not None and self._finish is None:
            chunks.append(SpeedChunk(label=self._speed_label(speed)))
        if self._finish is not None:
            chunks += [*self._thought(now), self._finished(self._finish)]
            self._finish = None
        return tuple(chunks)

    def _count(self, now: float) -> None:
        self._tokens += 1
        self._speed.count(now)

    def _speed_label(self, speed: float) -> str:
        prompt = self._prompt
        if prompt is None:
            return speed_label(speed)
        return speed_label(speed, prompt.total + self._tokens, prompt.context_size)

    def _plain(self, now: float) -> list[PageChunk]:
        if now < self._plain_due and self._finish is None:
            return []
        chunks: list[PageChunk] = []
        if self._reading is not None:
            chunks.append(_reading_chunk(self._reading))
        if self._reasoning:
            chunks.append(ThinkingChunk(text="".join(self._reasoning)))
        if chunks:
            self._plain_due = now + COALESCE
            self._reading = None
            self._reasoning.clear()
        return chunks

    def _blocks(self, now: float) -> list[PageChunk]:
        updates = self._renderer.poll(now, final=self._finish is not None)
        source = "".join(self._source)
        if not updates and not (source and self._finish):
            return []
        self._source.clear()
        return [*self._thought(now), BlocksChunk(source=source, updates=updates)]

    def _thought(self, now: float) -> list[PageChunk]:
        if self._thinking_since is None:
            return []
        seconds = now - self._thinking_since
        self._thinking_since = None
        return [ThoughtChunk(label=thought_label(seconds), seconds=seconds)]

    def _finished(self, finish: FinishChunk) -> PageFinishChunk:
        return PageFinishChunk(
            reason=finish.reason,
            label=finish_line(finish),
            timings=finish.timings,
            failure=finish.failure,
            unkept=finish.unkept,
        )


def _reading_chunk(progress: PromptProgressChunk) -> ReadingChunk:
    share = progress.processed / progress.total if progress.total > 0 else 0.0
    return ReadingChunk(label=reading_label(progress), share=min(max(share, 0.0), 1.0))
