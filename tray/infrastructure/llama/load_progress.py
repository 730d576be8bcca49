"""Whether an engine that loads a model is still getting anywhere."""

from collections.abc import Callable

import psutil

INTERVAL = 1.0
STALL_AFTER = 15.0
# Nobody looked for so long: the machine, or Paddock, slept. Asking an engine that listens and
# does not answer takes up to 12 seconds.
SLEPT_AFTER = 14.0

Measure = tuple[tuple[str, ...], float, int]


class LoadProgress:
    """Progress is CPU time, bytes read or lines printed; a load may take long.

    ``on_stalled`` is told True after 15 seconds without any of them, and False
    when one moves again.
    """

    def __init__(
        self, last_line: Callable[[], tuple[str, ...]], on_stalled: Callable[[bool], None]
    ) -> None:
        self._last_line = last_line
        self._on_stalled = on_stalled
        self._seen: Measure | None = None
        self._moved_at = 0.0
        self._looked_at = float("-inf")
        self._stalled = False

    def look(self, pid: int, now: float) -> None:
        """Measure at most once a second; ``now`` is monotonic, in seconds."""
        gap = now - self._looked_at
        if gap < INTERVAL:
            return
        self._looked_at = now
        current = self._measure(pid)
        if current != self._seen or gap >= SLEPT_AFTER:
            self._seen, self._moved_at = current, now
        stalled = now - self._moved_at >= STALL_AFTER
        if stalled is not self._stalled:
            self._stalled = stalled
            self._on_stalled(stalled)

    def _measure(self, pid: int) -> Measure:
        line = self._last_line()
        try:
            process = psutil.Process(pid)
            cpu = process.cpu_times()
            read = process.io_counters().read_bytes if hasattr(process, "io_counters") else 0
        except psutil.Error:
            return line, 0.0, 0
        # A tenth of a second of CPU: idle threads that only tick are no progress.
        return line, round(cpu.user + cpu.system, 1), read
