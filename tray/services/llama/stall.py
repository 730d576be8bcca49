"""Pure: does the engine still work on the answers that are awaited?"""

from dataclasses import dataclass

from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import Vitals

STALL_AFTER = 30.0
# Earlier than that, so that two looks at the slots can be compared in time.
SUSPECT_AFTER = 25.0
# Of one core, and of a GPU: what an engine at rest stays below.
BUSY_CPU = 0.2
BUSY_GPU_PERCENT = 5.0
# Bytes a second from a disk: a model that was unloaded comes back with its next question.
BUSY_READING = 1 << 20

Slots = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class ChatProgress:
    """All answers in flight together; ``moved_at`` is monotonic, in seconds.

    ``moved_at`` is when the last of them got a token, was told of prompt
    progress, or was asked for more by its reader. ``waiting``: some reader is
    waiting for the engine. ``answering``: one that has had a token already.
    """

    moved_at: float
    waiting: bool
    answering: bool


class StallJudge:
    """Looks once a second while chats are active; one judge a stretch of chats.

    Hung means: no token for 30 seconds, no slot's counter moved either, and the
    engine is not busy reading a prompt, or its model. Keep-alive pings never reach here.
    """

    def __init__(self) -> None:
        self._slots: Slots | None = None
        self._slots_moved_at = float("-inf")
        self._before: tuple[Vitals, float] | None = None

    def suspects(self, chats: ChatProgress, now: float) -> bool:
        """Whether the slots should be asked: it wakes an engine, so not before."""
        return chats.waiting and now - chats.moved_at >= SUSPECT_AFTER

    def look(
        self, chats: ChatProgress, vitals: Vitals, gpu_percent: float | None, now: float
    ) -> ServerFailure | None:
        """Why the engine counts as hung, or ``None`` while it does not."""
        busy = self._busy(vitals, gpu_percent, now)
        self._compare(vitals.slots, now)
        if vitals.suspended:
            return suspended(None, vitals.log_lines)
        moved_at = max(chats.moved_at, self._slots_moved_at)
        if not chats.waiting or now - moved_at < STALL_AFTER:
            return None
        reading = busy and not chats.answering
        return None if reading else hung(busy, vitals.log_lines)

    def _compare(self, slots: Slots | None, now: float) -> None:
        if slots is not None:
            if self._slots is not None and slots != self._slots:
                self._slots_moved_at = now
            self._slots = slots

    def _busy(self, vitals: Vitals, gpu_percent: float | None, now: float) -> bool:
        before, self._before = self._before, (vitals, now)
        if before is not None and now > before[1]:
            earlier, seconds = before[0], now - before[1]
            if _rate(earlier.cpu_seconds, vitals.cpu_seconds, seconds) >= BUSY_CPU:
                return True
            if _rate(earlier.read_bytes, vitals.read_bytes, seconds) >= BUSY_READING:
                return True
        return gpu_percent is not None and gpu_percent >= BUSY_GPU_PERCENT


def _rate(before: float | None, now: float | None, seconds: float) -> float:
    """What was added a second; 0 where it is not known."""
    return 0.0 if before is None or now is None else (now - before) / seconds


def suspended(pid: int | None, log_lines: tuple[str, ...] = ()) -> ServerFailure:
    """The words for an engine whose process was stopped by a signal or a debugger."""
    process = "Its process" if pid is None else f"Its process ({pid})"
    return ServerFailure(
        cause=FailureCause.HUNG,
        title="The engine is suspended",
        detail=f"{process} was halted from outside and can do nothing. Let it go on where it was "
        "halted, or restart the engine.",
        log_lines=log_lines,
    )


def hung(busy: bool, log_lines: tuple[str, ...] = ()) -> ServerFailure:
    """The words for an engine that owes a token."""
    doing = "although it is busy" if busy else "and it computes nothing"
    return ServerFailure(
        cause=FailureCause.HUNG,
        title="The engine makes no progress",
        detail=f"No token came for {STALL_AFTER:.0f} seconds or more, {doing}. Wait, if this "
        "may be, or restart the engine.",
        log_lines=log_lines,
    )
