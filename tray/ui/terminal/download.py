"""Pure: how far a download is, in one line."""

from collections import deque
from collections.abc import Callable

from tray.models.download import DownloadProgress
from tray.ui.present import size

WINDOW = 10.0
"""Seconds the speed is averaged over."""
SETTLED = 1.0


class DownloadLine:
    """Turns progress into words with speed and time left; ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def words(self, progress: DownloadProgress) -> str:
        """The line; speed and time left as soon as they mean something."""
        percent = 100 * progress.done // max(progress.total, 1)
        known = f"{progress.name} · {size(progress.done)} of {size(progress.total)} · {percent} %"
        speed = self._speed(progress.fetched)
        if progress.waiting is not None:
            return f"{known} · {progress.waiting}"
        if not progress.fetched:
            return f"{known} · checking what is here"
        if not speed:
            return known
        left = (progress.total - progress.done) / speed
        return f"{known} · {speed / 2**20:.1f} MiB/s · {_duration(left)} left"

    def _speed(self, fetched: int) -> float | None:
        """Bytes a second over the window."""
        now = self._clock()
        self._seen.append((now, fetched))
        while self._seen[0][0] < now - WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        since, before = self._seen[0]
        return None if now - since < SETTLED else (fetched - before) / (now - since)


def _duration(seconds: float) -> str:
    """3,700 s -> "1 h 2 min"."""
    minutes = int(seconds) // 60
    if not minutes:
        return f"{max(int(seconds), 1)} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
