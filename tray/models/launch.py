"""A fully resolved launch: nothing is left to decide but to spawn it."""

from pathlib import Path

from pydantic import Field

from tray.models.base import Frozen
from tray.models.sampling import Sampling
from tray.models.state import CpuFallback, EngineInfo, ModelId


class LaunchSpec(Frozen):
    """What to run and how to reach it.

    ``environment`` is the child's whole environment and carries the API key;
    ``argv`` and ``display`` never do. ``alias`` is the model's name in the
    engine's own API. ``projector`` is the file beside the model that lets it see
    images. ``gpu_expected``: the engine has a GPU and may use it.
    """

    argv: tuple[str, ...]
    environment: dict[str, str] = Field(repr=False)
    working_directory: Path
    port: int
    api_key: str = Field(repr=False)
    alias: str
    engine: EngineInfo
    model: ModelId
    projector: Path | None = None
    display: str
    gpu_expected: bool = False

    @property
    def base_url(self) -> str:
        """Address of the engine's own HTTP API, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"


class ReadyInfo(Frozen):
    """What a ready engine says of itself. ``context_size`` in tokens.

    ``sampling`` are its own values, ``sees_images`` whether the model takes images.
    ``device`` and ``cpu_fallback`` are set when its log shows that it computes
    on something else than was expected at the launch.
    """

    context_size: int | None = None
    sampling: Sampling | None = None
    sees_images: bool = False
    device: str | None = None
    cpu_fallback: CpuFallback | None = None


class Vitals(Frozen):
    """What can be seen of a running engine from outside; ``None`` where nothing can.

    ``cpu_seconds`` is its CPU time so far, ``read_bytes`` what it read from disks.
    ``slots`` are counters of its work, to be compared with earlier ones for equality alone.
    """

    suspended: bool = False
    cpu_seconds: float | None = None
    read_bytes: int | None = None
    slots: tuple[tuple[int, ...], ...] | None = None
    log_lines: tuple[str, ...] = ()


class ExitStatus(Frozen):
    """How the engine ended: ``code`` as the OS gave it, or the signal's number.

    ``guard_lost`` means its guard was killed, and the engine with it.
    ``for_memory``: whether the system counted a process killed for memory while
    the engine ran; ``None`` where it does not count.
    """

    code: int | None = None
    signal: int | None = None
    guard_lost: bool = False
    for_memory: bool | None = None
