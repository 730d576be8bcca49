"""An answer as the lines the page applies."""

import threading
import time
from collections.abc import Iterator

from tray.infrastructure.local_api.backlog import LARGEST, SILENCE
from tray.infrastructure.local_api.page_ports import PageWriter
from tray.infrastructure.local_api.ports import ServedAnswer
from tray.models.chat import ChatChunk
from tray.models.page import PAGE_CHUNK, PageChunk

AWAKE = 0.002
"""Seconds before something is due when reading goes on: what came meanwhile joins it."""
WAITED = 0.001
"""Seconds a chunk takes at least that had not come when it was asked for."""
SLOW = 0.012
"""Seconds between two chunks from which on nobody waits for the next to write what is due."""
LOOK = 0.05
"""Seconds after a line in which the next one comes, unless the chunks are slow."""


class PageLines:
    """An answer as the page applies it, at the pace its writer sets.

    One thread reads the engine and writes: two that take turns at it cost half as
    much again. Who iterates sends the lines, and writes what became due while
    the engine is slow or silent. Closing cancels the answer.
    """

    def __init__(self, answer: ServedAnswer, writer: PageWriter) -> None:
        self._answer = answer
        self._writer = writer
        self._changed = threading.Condition()
        self._closed = threading.Event()
        self._lines = b""
        self._ended = False
        self._unaware = False
        self._unwritten = 0
        threading.Thread(target=self._read, name="local-api-chat", daemon=True).start()

    def __iter__(self) -> Iterator[bytes]:
        while (lines := self._take()) is not None:
            yield lines

    def close(self) -> None:
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        self._answer.cancel()

    def _take(self) -> bytes | None:
        """The next lines; empty after a silence, ``None`` at the end."""
        begun = time.monotonic()
        patience = LOOK
        with self._changed:
            while not self._write(time.monotonic()):
                if self._ended or self._closed.is_set():
                    return None
                if time.monotonic() - begun >= SILENCE:
                    return b""
                self._changed.wait(patience)
                due = self._writer.due
                # Who waits for nothing that is due has to be told when something is.
                self._unaware = due is None
                patience = SILENCE if due is None else max(due - time.monotonic(), 0.0)
            lines, self._lines = self._lines, b""
            return lines

    def _write(self, now: float) -> bool:
        """Write what is due, unless what was written waits still; whether lines wait."""
        due = self._writer.due
        if not self._lines and due is not None and due <= now:
            self._lines = _lines(self._writer.poll(now))
            self._unwritten = 0
            self._changed.notify_all()
        return bool(self._lines)

    def _read(self) -> None:
        try:
            asked = time.monotonic()
            for chunk in self._answer:
                now = time.monotonic()
                with self._changed:
                    self._feed(chunk, now, slow=now - asked > SLOW)
                if now - asked > WAITED:
                    self._rest()
                asked = time.monotonic()
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _rest(self) -> None:
        """Let chunks pile up unread: to wake for each costs more than to read it."""
        self._closed.wait(self._writer.quiet_until - AWAKE - time.monotonic())

    def _feed(self, chunk: ChatChunk, now: float, *, slow: bool) -> None:
        while self._unwritten >= LARGEST and not self._closed.is_set():
            self._changed.wait()
        self._unwritten += 1
        self._writer.feed(chunk, now)
        if not self._write(now) and (slow or self._unaware):
            self._changed.notify_all()


def _lines(chunks: tuple[PageChunk, ...]) -> bytes:
    to_json = PAGE_CHUNK.serializer.to_json
    return b"".join([to_json(chunk) + b"\n" for chunk in chunks])
