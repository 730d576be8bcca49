"""One-time codes that let a browser in without the token in its address.

The program that opens an address gets it as an argument, which every user of the
machine may read; a code is worth nothing once the page has used it.
"""

import hmac
import os
import time
from collections.abc import Callable
from threading import Lock

LIFETIME = 60.0
MOST = 8


class Invitations:
    """Codes not used yet, the newest eight. Any thread may call."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._open: list[tuple[str, float]] = []

    def new(self) -> str:
        """A code that is good once, for a minute."""
        code = os.urandom(32).hex()
        with self._lock:
            self._open = [*self._open[1 - MOST :], (code, self._now() + LIFETIME)]
        return code

    def redeem(self, code: str) -> bool:
        """Whether the code was good; from now on it is not."""
        with self._lock:
            now = self._now()
            good = [
                entry
                for entry in self._open
                if now < entry[1] and hmac.compare_digest(entry[0].encode(), code.encode())
            ]
            self._open = [entry for entry in self._open if entry not in good and now < entry[1]]
        return bool(good)
