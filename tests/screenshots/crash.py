"""Breaks a running engine until Paddock gives up on it."""

from __future__ import annotations

import signal

from tests.desktop.rig import wait_until
from tests.desktop.running import Running


def crash_for_good(paddock: Running) -> None:
    """Crash the engine each time it is ready; return when Paddock calls it failed."""

    def failed() -> bool:
        state = paddock.menu.labels()[1]
        if state.startswith("Ready"):
            for engine in paddock.engines():
                engine.send_signal(signal.SIGSEGV)
        return state.startswith("Failed")

    wait_until(failed, "giving up on the engine", seconds=90)
