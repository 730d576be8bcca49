"""Snapshots and chat chunks as lines of JSON."""

import threading
from collections.abc import Iterator

from tray.infrastructure.local_api.ports import ServedAnswer, StateFeed
from tray.models.chat import CHAT_CHUNK, ChatChunk

SILENCE = 1.0
"""Seconds without a line after which the peer is looked after."""
LARGEST_BACKLOG = 4096
"""Chunks a slow reader may leave waiting before its own answer waits."""


class StateLines:
    """The current snapshot, then every newer one."""

    def __init__(self, feed: StateFeed) -> None:
        self._feed = feed

    def __iter__(self) -> Iterator[bytes]:
        while not self._feed.closed:
            state = self._feed.get(SILENCE)
            yield b"" if state is None else state.__pydantic_serializer__.to_json(state) + b"\n"

    def close(self) -> None:
        self._feed.close()


class ChatLines:
    """The chunks of one answer; what has piled up goes out as one piece.

    A thread of its own reads the answer, so that silence can be noticed while
    the engine is thinking. Closing cancels the answer.
    """

    def __init__(self, answer: ServedAnswer) -> None:
        self._answer = answer
        self._changed = threading.Condition()
        self._waiting: list[ChatChunk] = []
        self._ended = False
        self._closed = False
        threading.Thread(target=self._pump, name="local-api-chat", daemon=True).start()

    def __iter__(self) -> Iterator[bytes]:
        to_json = CHAT_CHUNK.serializer.to_json
        while (chunks := self._take()) is not None:
            yield b"".join([to_json(chunk) + b"\n" for chunk in chunks])

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._answer.cancel()

    def _take(self) -> list[ChatChunk] | None:
        """What is waiting; empty after a second of silence, ``None`` at the end."""
        with self._changed:
            self._changed.wait_for(self._has_news, SILENCE)
            chunks, self._waiting = self._waiting, []
            self._changed.notify_all()
            over = self._closed or (self._ended and not chunks)
            return None if over else chunks

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
            while len(self._waiting) >= LARGEST_BACKLOG and not self._closed:
                self._changed.wait()
            self._waiting.append(chunk)
            if len(self._waiting) == 1:
                self._changed.notify_all()
