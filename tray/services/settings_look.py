"""The settings as they are while Paddock runs: looked at again every ten seconds."""

import time
from collections.abc import Callable

from tray.models.settings import Settings

SECONDS = 10.0


class SettingsLook:
    """``read`` may read a file; ``changed`` gets what differs from the look before."""

    def __init__(
        self,
        read: Callable[[], Settings],
        changed: Callable[[Settings], None] = lambda _: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._changed = changed
        self._now = now
        self.current = read()
        self._due = now() + SECONDS

    @property
    def waits(self) -> float:
        """Seconds until the next look."""
        return max(0.0, self._due - self._now())

    def look(self) -> None:
        """Read them, if it is time."""
        if self.waits > 0:
            return
        self._due = self._now() + SECONDS
        before, self.current = self.current, self._read()
        if self.current != before:
            self._changed(self.current)
