"""How fast a download is, and how often that is told."""

import time
from collections import deque
from collections.abc import Callable

from tray.models.download import DownloadProgress

WINDOW = 10.0
"""Seconds the speed is averaged over."""
SETTLED = 1.0
EVERY = 0.2


class Pace:
    """Passes progress on with its speed, at most five times a second."""

    def __init__(
        self,
        tell: Callable[[DownloadProgress], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._due = float("-inf")
        self._seen: deque[tuple[float, int]] = deque()

    def tell(self, progress: DownloadProgress) -> None:
        """Progress that says why nothing comes is always passed on."""
        now = self._clock()
        if now < self._due and progress.waiting is None and progress.done < progress.total:
            return
        self._due = now + EVERY
        self._tell(progress.model_copy(update={"speed": self._speed(now, progress.fetched)}))

    def _speed(self, now: float, fetched: int) -> float | None:
        """Bytes a second over the window."""
        self._seen.append((now, fetched))
        while self._seen[0][0] < now - WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return None if now - since < SETTLED else (fetched - before) / (now - since)
