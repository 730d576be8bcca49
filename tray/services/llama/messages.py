"""The actor's vocabulary: commands and facts go in, effects come out.

Every fact names the run it belongs to; a fact of an older run changes nothing.
"""

from dataclasses import dataclass

from tray.models.config import LlamaCppConfig
from tray.models.failure import ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo
from tray.models.metrics import ServerMetrics

# --- commands: what a user or the application wants


@dataclass(frozen=True, slots=True)
class Start:
    """Run this configuration; ``ticket`` names whoever waits for the outcome."""

    config: LlamaCppConfig
    ticket: int


@dataclass(frozen=True, slots=True)
class Stop:
    """With ``unless_answering`` an answer under way makes it no stop at all."""

    ticket: int
    unless_answering: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Stop for good."""

    ticket: int


# --- facts: what happened


@dataclass(frozen=True, slots=True)
class Prepared:
    run: int
    spec: LaunchSpec


@dataclass(frozen=True, slots=True)
class PrepareFailed:
    run: int
    failure: ServerFailure


@dataclass(frozen=True, slots=True)
class SpawnFailed:
    run: int
    failure: ServerFailure


@dataclass(frozen=True, slots=True)
class Launched:
    run: int
    pid: int


@dataclass(frozen=True, slots=True)
class BecameReady:
    run: int
    info: ReadyInfo


@dataclass(frozen=True, slots=True)
class ProbeFailed:
    """Our engine cannot become ready although its process lives."""

    run: int
    failure: ServerFailure


@dataclass(frozen=True, slots=True)
class NoProgress:
    """Loading or answering stands still; ``failure`` says what was seen of it."""

    run: int
    failure: ServerFailure | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    run: int


@dataclass(frozen=True, slots=True)
class Paused:
    """A signal stopped the engine's process."""

    run: int


@dataclass(frozen=True, slots=True)
class Continued:
    """A signal let the engine's process go on."""

    run: int


@dataclass(frozen=True, slots=True)
class Exited:
    """The engine and everything it started are gone."""

    run: int
    failure: ServerFailure
    retryable: bool


@dataclass(frozen=True, slots=True)
class StopTimedOut:
    run: int


@dataclass(frozen=True, slots=True)
class Due:
    """The waiting time of a BACKOFF is over."""

    run: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A second of a BACKOFF has passed."""

    run: int


@dataclass(frozen=True, slots=True)
class ChatStarted:
    run: int
    chat: int


@dataclass(frozen=True, slots=True)
class ChatEnded:
    """``tokens_per_second`` as the engine measured it, if it did."""

    run: int
    chat: int
    tokens_per_second: float | None


@dataclass(frozen=True, slots=True)
class MetricsSampled:
    metrics: ServerMetrics


Command = Start | Stop | Close
RunFact = (
    Prepared
    | PrepareFailed
    | SpawnFailed
    | Launched
    | BecameReady
    | ProbeFailed
    | NoProgress
    | Progress
    | Paused
    | Continued
    | Exited
    | StopTimedOut
    | Due
    | Tick
    | ChatStarted
    | ChatEnded
)
Message = Command | RunFact | MetricsSampled

# --- effects: what the actor has to do


@dataclass(frozen=True, slots=True)
class Prepare:
    """Resolve engine, model and port on a worker thread."""

    run: int
    config: LlamaCppConfig


@dataclass(frozen=True, slots=True)
class Spawn:
    """Start the process on the actor's own thread."""

    run: int
    spec: LaunchSpec


@dataclass(frozen=True, slots=True)
class ProbeReady:
    """Wait for readiness, and watch the load's progress, on a worker thread."""

    run: int


@dataclass(frozen=True, slots=True)
class CancelProbe:
    run: int


@dataclass(frozen=True, slots=True)
class WatchEngine:
    """Measure this process; ``None`` stops measuring."""

    pid: int | None


@dataclass(frozen=True, slots=True)
class WatchChats:
    """Look whether answers make progress, until UnwatchChats."""

    run: int


@dataclass(frozen=True, slots=True)
class UnwatchChats:
    """No answer is awaited any more."""


@dataclass(frozen=True, slots=True)
class CloseStreams:
    """End every chat in flight: a server ignores SIGTERM while one streams.

    With a ``failure``, why the engine ended, they are cut, else cancelled.
    """

    failure: ServerFailure | None = None


@dataclass(frozen=True, slots=True)
class Terminate:
    run: int


@dataclass(frozen=True, slots=True)
class KillTree:
    run: int


@dataclass(frozen=True, slots=True)
class ArmTimer:
    """Post ``message`` after ``seconds``."""

    seconds: float
    message: StopTimedOut | Due | Tick


@dataclass(frozen=True, slots=True)
class Reply:
    """Give whoever waits on these tickets the snapshot that follows."""

    tickets: tuple[int, ...]


Effect = (
    Prepare
    | Spawn
    | ProbeReady
    | CancelProbe
    | WatchEngine
    | WatchChats
    | UnwatchChats
    | CloseStreams
    | Terminate
    | KillTree
    | ArmTimer
    | Reply
)
