"""Pure: how fast an answer comes at the moment."""

SPAN = 0.5
"""Seconds one figure is measured over; also how often it changes."""


class LiveSpeed:
    """Counts tokens; the engine sends one content or reasoning chunk for each."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._count = 0

    def count(self, now: float) -> None:
        """One more token at ``now``, in seconds."""
        if self._since is None:
            self._since = now
        else:
            self._count += 1

    def take(self, now: float) -> float | None:
        """Tokens per second since the last figure; ``None`` while it is too early."""
        if self._since is None or self._count == 0 or now - self._since < SPAN:
            return None
        speed = self._count / (now - self._since)
        self._since, self._count = now, 0
        return speed
