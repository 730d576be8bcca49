"""The published snapshot: all that any surface knows about the server."""

from pathlib import Path

from tray.models.base import Frozen
from tray.models.config import EngineKind
from tray.models.failure import ServerFailure
from tray.models.metrics import ServerMetrics
from tray.models.phase import ServerPhase
from tray.models.sampling import Sampling

__all__ = ["Connection", "CpuFallback", "EngineInfo", "ModelId", "ModelState", "ServerPhase"]


class ModelId(Frozen):
    """A model a user can choose. ``path`` is ``None`` for the demo model."""

    name: str
    path: Path | None = None


class CpuFallback(Frozen):
    """The GPU was wanted and the CPU works: why, and what to do, each in a sentence.

    ``log_lines`` are the engine's own that show it, oldest first.
    """

    reason: str
    advice: str
    log_lines: tuple[str, ...] = ()


class EngineInfo(Frozen):
    """The engine that runs or was last asked to run.

    ``device`` is what it computes on ("CPU", "NVIDIA GeForce RTX 4070");
    ``hint`` says how to get a GPU build when the CPU works alone beside a GPU.
    """

    kind: EngineKind
    path: Path | None = None
    device: str | None = None
    hint: str | None = None
    cpu_fallback: CpuFallback | None = None


class ModelState(Frozen):
    """One immutable snapshot; a higher ``revision`` is newer.

    ``run`` counts starts. ``stalled`` marks a STARTING or READY without
    progress; in READY ``failure`` then says what was seen. ``launch`` is the
    exact command line, or for the bundled engine its effective settings; it
    never holds the API key. ``sampling`` are the engine's own values and
    ``sees_images`` whether the model takes images, once READY. ``retry_delay``
    is how many seconds of a BACKOFF are left; a new snapshot counts it down
    every second.
    """

    revision: int = 0
    run: int = 0
    phase: ServerPhase = ServerPhase.STOPPED
    stalled: bool = False
    engine: EngineInfo | None = None
    model: ModelId | None = None
    port: int | None = None
    pid: int | None = None
    context_size: int | None = None
    sampling: Sampling | None = None
    sees_images: bool = False
    launch: str | None = None
    active_chats: int = 0
    retry_delay: float | None = None
    failure: ServerFailure | None = None
    metrics: ServerMetrics | None = None


class Connection(Frozen):
    """How another program reaches the running server."""

    base_url: str
    api_key: str
