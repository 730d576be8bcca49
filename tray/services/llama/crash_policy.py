"""When a crashed engine is started again, and when Paddock gives up."""

from dataclasses import dataclass

from tray.models.failure import ServerFailure

DELAYS = (1.0, 2.0, 4.0, 8.0, 16.0)
WINDOW = 60.0
LIMIT = 4
HEALTHY = 300.0


@dataclass(frozen=True, slots=True)
class CrashRecord:
    """Crashes since the last start by a user or the last healthy stretch.

    ``times`` are monotonic seconds of the crashes in the last minute; ``count`` is how
    many came in a row, and ``unready`` how many of the last ones before the engine was
    ready: a model too large for the memory may take a minute to be killed.
    """

    times: tuple[float, ...] = ()
    count: int = 0
    unready: int = 0

    def after_crash(self, now: float, ready_since: float | None) -> "CrashRecord":
        """The record with one more crash; five healthy minutes wipe it first."""
        if ready_since is not None and now - ready_since >= HEALTHY:
            return CrashRecord((now,), 1)
        recent = tuple(t for t in self.times if now - t < WINDOW)
        unready = self.unready + 1 if ready_since is None else 0
        return CrashRecord((*recent, now), self.count + 1, unready)

    @property
    def exhausted(self) -> bool:
        return len(self.times) >= LIMIT or self.unready >= LIMIT

    @property
    def delay(self) -> float:
        """Seconds to wait before the next start."""
        return DELAYS[min(self.count, len(DELAYS)) - 1]

    def gave_up(self, last: ServerFailure) -> ServerFailure:
        """The failure of the last crash, told as the last of many."""
        often = "within a minute" if len(self.times) >= LIMIT else "before it was ready"
        detail = f"It ended {LIMIT} times {often}, so Paddock stopped trying. {last.detail}"
        return last.model_copy(update={"detail": detail})


NO_CRASHES = CrashRecord()
