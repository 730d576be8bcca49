"""All that the lifecycle knows, as one frozen value."""

from dataclasses import dataclass, replace

from tray.models.config import LlamaCppConfig
from tray.models.failure import ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo
from tray.models.metrics import ServerMetrics
from tray.models.state import ServerPhase as Phase
from tray.services.llama import messages as m
from tray.services.llama.crash_policy import NO_CRASHES, CrashRecord

ALIVE = frozenset({Phase.STARTING, Phase.READY})


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """All that is known about the server.

    ``has_process`` is true from a spawn until its exit. ``next_start`` is the
    Start remembered while STOPPING; ``stop_failure`` makes the end of a
    STOPPING a failure. ``starting`` and ``stopping`` hold waiting tickets.
    ``stalled`` and ``stall`` are what was seen of a standstill, ``paused`` that a
    signal stopped the process. ``now`` is the monotonic time of the last message
    and ``retry_at`` that of the next start, in seconds.
    """

    now: float = 0.0
    phase: Phase = Phase.STOPPED
    run: int = 0
    config: LlamaCppConfig | None = None
    spec: LaunchSpec | None = None
    has_process: bool = False
    pid: int | None = None
    ready: ReadyInfo | None = None
    ready_since: float | None = None
    stalled: bool = False
    stall: ServerFailure | None = None
    paused: bool = False
    failure: ServerFailure | None = None
    stop_failure: ServerFailure | None = None
    next_start: LlamaCppConfig | None = None
    closing: bool = False
    crashes: CrashRecord = NO_CRASHES
    retry_delay: float | None = None
    retry_at: float = 0.0
    chats: frozenset[int] = frozenset()
    tokens_per_second: float | None = None
    metrics: ServerMetrics | None = None
    starting: tuple[int, ...] = ()
    stopping: tuple[int, ...] = ()


Outcome = tuple[Lifecycle, tuple[m.Effect, ...]]


def without_process(state: Lifecycle) -> Lifecycle:
    """The same once nothing of the engine is left."""
    return replace(
        state,
        has_process=False,
        pid=None,
        ready=None,
        ready_since=None,
        stalled=False,
        stall=None,
        paused=False,
        chats=frozenset(),
        tokens_per_second=None,
    )
