"""An answer that is kept while it streams."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from tray.models.chat import ChatChunk, ContentChunk, FinishChunk, ReasoningChunk, Role
from tray.models.conversation import KeptMessage
from tray.models.failure import PaddockError, ServerFailure

EVERY = 0.9
"""Seconds a word waits at most until it is written, whatever comes after it."""

log = logging.getLogger(__name__)


class Answer(Protocol):
    """One streamed answer; the last chunk is a FinishChunk, always."""

    def __iter__(self) -> Iterator[ChatChunk]: ...

    def cancel(self) -> None:
        """End the answer; any thread, any time."""


class RecordedAnswer:
    """Passes an answer on and writes all of it so far, at most once in ``EVERY``.

    ``later`` runs an action in so many seconds, ``begun`` is an answer that this
    one continues, ``now`` gives monotonic seconds. Writing that fails is logged
    once; the answer goes on, and its end tells if the last of it was not written.
    """

    def __init__(
        self,
        answer: Answer,
        write: Callable[[KeptMessage], None],
        later: Callable[[float, Callable[[], None]], None],
        begun: KeptMessage | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._answer = answer
        self._write = write
        self._later = later
        self._begun = begun or KeptMessage(role=Role.ASSISTANT, content="")
        self._now = now
        self._text = [self._begun.content]
        self._reasoning = [self._begun.reasoning]
        self._thinking_since: float | None = None
        self._thought = self._begun.thought_seconds
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._planned = False
        self._over = False
        self._failure: ServerFailure | None = None

    def __iter__(self) -> Iterator[ChatChunk]:
        end: FinishChunk | None = None
        try:
            for chunk in self._answer:
                if isinstance(chunk, FinishChunk):
                    # A page that hears of the end may ask for what is kept at once.
                    end = chunk
                    self._finish(end)
                    yield end.model_copy(update={"unkept": self._failure})
                else:
                    self._heard(chunk)
                    yield chunk
        finally:
            if end is None:
                self._finish(None)

    def cancel(self) -> None:
        self._answer.cancel()

    def _heard(self, chunk: ChatChunk) -> None:
        if not isinstance(chunk, ContentChunk | ReasoningChunk):
            return
        with self._lock:
            if isinstance(chunk, ReasoningChunk):
                if self._thinking_since is None:
                    self._thinking_since = self._now()
                self._reasoning.append(chunk.text)
            else:
                self._thought_over()
                self._text.append(chunk.text)
            planned, self._planned = self._planned, True
        if not planned:
            self._later(EVERY, self._due)

    def _thought_over(self) -> None:
        if self._thinking_since is not None:
            self._thought = (self._thought or 0.0) + self._now() - self._thinking_since
            self._thinking_since = None

    def _due(self) -> None:
        # A slow disk holds up what is written next, never the words that come meanwhile.
        with self._writing:
            with self._lock:
                self._planned = False
                over, so_far = self._over, self._so_far()
            if not over:
                self._save(so_far)

    def _finish(self, end: FinishChunk | None) -> None:
        with self._writing:
            with self._lock:
                self._over = True
                self._thought_over()
                ended = self._so_far()
            if end is not None:
                ended = ended.model_copy(update={"reason": end.reason, "timings": end.timings})
            if ended.content or ended.reasoning:
                self._save(ended)

    def _so_far(self) -> KeptMessage:
        return KeptMessage(
            role=Role.ASSISTANT,
            content="".join(self._text),
            reasoning="".join(self._reasoning),
            thought_seconds=self._thought,
        )

    def _save(self, message: KeptMessage) -> None:
        try:
            self._write(message)
            self._failure = None
        except PaddockError as error:
            if self._failure is None:
                log.warning("an answer cannot be kept: %s", error)
            self._failure = error.failure
