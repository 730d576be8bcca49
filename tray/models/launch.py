"""A fully resolved launch: nothing is left to decide but to spawn it."""

from pathlib import Path

from pydantic import Field

from tray.models.base import Frozen
from tray.models.state import EngineInfo, ModelId


class LaunchSpec(Frozen):
    """What to run and how to reach it.

    ``environment`` is the child's whole environment and carries the API key;
    ``argv`` and ``display`` never do. ``alias`` is the model's name in the
    engine's own API, ``log_name`` the prefix of its log lines.
    """

    argv: tuple[str, ...]
    environment: dict[str, str] = Field(repr=False)
    working_directory: Path
    port: int
    api_key: str = Field(repr=False)
    alias: str
    engine: EngineInfo
    model: ModelId
    display: str

    @property
    def base_url(self) -> str:
        """Address of the engine's own HTTP API, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"


class ReadyInfo(Frozen):
    """What a ready engine says of itself. ``context_size`` in tokens."""

    context_size: int | None = None
    device: str | None = None


class ExitStatus(Frozen):
    """How the engine ended: ``code`` as the OS gave it, or the signal's number.

    ``guard_lost`` means its guard was killed, and the engine with it.
    """

    code: int | None = None
    signal: int | None = None
    guard_lost: bool = False
