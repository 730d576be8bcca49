"""Chunks of an answer that wait for their reader."""

import threading

from tray.infrastructure.local_api.ports import ServedAnswer
from tray.models.chat import ChatChunk

SILENCE = 1.0
"""Seconds without a line after which the peer is looked after."""
LARGEST = 4096
"""Chunks a slow reader may leave waiting before its own answer waits."""


class Backlog:
    """Reads one answer on a thread of its own.

    So silence can be noticed while the engine is thinking, and what has piled
    up is taken as one piece.
    """

    def __init__(self, answer: ServedAnswer) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._waiting: list[ChatChunk] = []
        self._ended = False
        self._closed = False
        threading.Thread(target=self._pump, name="local-api-chat", daemon=True).start()

    def take(self, seconds: float = SILENCE) -> list[ChatChunk] | None:
        """What is waiting, ``None`` at the end; empty when nothing came in ``seconds``."""
        with self._changed:
            self._changed.wait_for(self._has_news, seconds)
            chunks, self._waiting = self._waiting, []
            self._changed.notify_all()
            over = self._closed or (self._ended and not chunks)
            return None if over else chunks

    def close(self) -> None:
        """The reader has enough; the answer is cancelled."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._answer.cancel()

    def _has_news(self) -> bool:
        return bool(self._waiting) or self._ended or self._closed

    def _pump(self) -> None:
        try:
            for chunk in self._answer:
                self._put(chunk)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, chunk: ChatChunk) -> None:
        with self._changed:
            while len(self._waiting) >= LARGEST and not self._closed:
                self._changed.wait()
            self._waiting.append(chunk)
            if len(self._waiting) == 1:
                self._changed.notify_all()
