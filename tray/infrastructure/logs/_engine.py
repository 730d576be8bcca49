"""What the engine prints: lines for the log, the last ones for a failure."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from tray.infrastructure.escape import escaped
from tray.infrastructure.logs._application import ApplicationLog

_KEPT = 200
_LONGEST = 8 << 10
# Read beyond the cut, so that a secret across it is recognised whole.
_MARGIN = 512
_RAW = _LONGEST + _MARGIN
# Bytes for the disk: a verbose model load fits the burst, a flood gets the rate.
_BURST = 1 << 20
_RATE = 128 << 10
_PER_LINE = 64


class EngineLog:
    """Takes the engine's raw output; never waits for anything but a short write.

    Lines end with LF or CRLF, are cut at 8 KiB, and invalid UTF-8 is replaced.
    In a flood, lines beyond 128 KiB a second are counted instead of written.
    """

    def __init__(
        self,
        log: ApplicationLog,
        source: str = "engine",
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._source = source
        self._now = now
        self._lock = Lock()
        self._recent: deque[bytes] = deque(maxlen=_KEPT)
        self._partial = bytearray()
        self._budget: float = _BURST
        self._since = now()
        self._dropped = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the pipe, cut anywhere."""
        with self._lock:
            self._refill()
            head, newline, rest = data.partition(b"\n")
            self._extend(head)
            if not newline:
                return
            self._accept([self._take_partial()])
            body, newline, end = rest.rpartition(b"\n")
            if newline:
                self._accept_many(body)
            self._extend(end)

    def tail(self, count: int = _KEPT) -> tuple[str, ...]:
        """The last complete lines (at most 200), oldest first; redacted and escaped."""
        with self._lock:
            lines = list(self._recent)
            if self._partial:
                lines.append(bytes(self._partial))
        return tuple(map(self._text, lines[-count:] if count > 0 else ()))

    def close(self) -> None:
        """Write an unfinished last line and what is not yet said."""
        with self._lock:
            if self._partial:
                self._accept([self._take_partial()])
            self._say_dropped()

    def _refill(self) -> None:
        # Once a second, not steadily: a flood then gives one run of lines and
        # one count a second, instead of many small gaps.
        passed = self._now() - self._since
        if passed >= 1:
            self._since += passed
            self._budget = min(_BURST, self._budget + passed * _RATE)
            self._say_dropped()

    def _say_dropped(self) -> None:
        if self._dropped:
            self._log.write("WARNING", self._source, (f"… {self._dropped} lines dropped",))
            self._dropped = 0

    def _extend(self, piece: bytes) -> None:
        self._partial += piece[: _RAW - len(self._partial)]

    def _take_partial(self) -> bytes:
        line = bytes(self._partial)
        self._partial.clear()
        return line

    def _accept_many(self, body: bytes) -> None:
        if self._budget > 0:
            self._accept([line[:_RAW] for line in body.split(b"\n")])
        else:
            self._dropped += body.count(b"\n") + 1
            self._recent.extend(line[:_RAW] for line in body.rsplit(b"\n", _KEPT)[-_KEPT:])

    def _accept(self, lines: list[bytes]) -> None:
        self._recent.extend(lines)
        count = 0
        for line in lines:
            if self._budget <= 0:
                break
            self._budget -= len(line) + _PER_LINE
            count += 1
        self._dropped += len(lines) - count
        if count:
            self._log.write("INFO", self._source, map(self._text, lines[:count]))

    def _text(self, raw: bytes) -> str:
        text = self._log.redacted(raw.removesuffix(b"\r").decode("utf-8", "replace"))
        cut = len(raw) >= _RAW
        text = escaped(text[:-_MARGIN] if cut else text)
        return f"{text[:_LONGEST]}…" if cut or len(text) > _LONGEST else text
