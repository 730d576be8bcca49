"""An answer that is kept while it streams."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from tray.models.chat import ChatChunk, ContentChunk
from tray.models.failure import PaddockError

EVERY = 0.9
"""Seconds a word waits at most until it is written, whatever comes after it."""

log = logging.getLogger(__name__)


class Answer(Protocol):
    """One streamed answer; the last chunk is a FinishChunk, always."""

    def __iter__(self) -> Iterator[ChatChunk]: ...

    def cancel(self) -> None:
        """End the answer; any thread, any time."""


class RecordedAnswer:
    """Passes an answer on and writes all of its text so far, at most once in ``EVERY``.

    ``later`` runs an action in so many seconds. Writing that fails is logged
    once; the answer goes on.
    """

    def __init__(
        self,
        answer: Answer,
        write: Callable[[str], None],
        later: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self._answer = answer
        self._write = write
        self._later = later
        self._text: list[str] = []
        self._lock = threading.Lock()
        self._planned = False
        self._over = False
        self._failed = False

    def __iter__(self) -> Iterator[ChatChunk]:
        try:
            for chunk in self._answer:
                if isinstance(chunk, ContentChunk):
                    self._heard(chunk.text)
                yield chunk
        finally:
            self._finish()

    def cancel(self) -> None:
        self._answer.cancel()

    def _heard(self, text: str) -> None:
        with self._lock:
            self._text.append(text)
            planned, self._planned = self._planned, True
        if not planned:
            self._later(EVERY, self._due)

    def _due(self) -> None:
        with self._lock:
            self._planned = False
            if not self._over:
                self._save()

    def _finish(self) -> None:
        with self._lock:
            self._over = True
            if self._text:
                self._save()

    def _save(self) -> None:
        try:
            self._write("".join(self._text))
        except PaddockError as error:
            if not self._failed:
                log.warning("an answer cannot be kept: %s", error)
            self._failed = True
