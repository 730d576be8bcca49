"""What the engines one can get need of the system."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tray.models.engine_build import (
    EngineBuild,
    InstalledEngine,
    MachineFacts,
)
from tray.models.engine_shelf import EngineWork

Tell = Callable[[EngineWork], None]


class Store(Protocol):
    """The engines on the disk. Failures are PaddockError."""

    def installed(self) -> tuple[InstalledEngine, ...]: ...

    def verify(self, engine: InstalledEngine) -> None:
        """Raise unless its files are those that were checked."""

    def remove(self, engine: InstalledEngine) -> None: ...


class Getter(Protocol):
    """Looks at the machine and fetches engines. Failures are PaddockError."""

    def facts(self) -> MachineFacts: ...

    def get(self, build: EngineBuild, tell: Tell) -> InstalledEngine:
        """Download, unpack and check; returns when that is done."""

    def cancel(self) -> None:
        """End the work under way, if any."""


class Choice(Protocol):
    """Which engine the settings name. Failures are PaddockError."""

    def used(self) -> Path | None: ...

    def choose(self, executable: Path | None) -> None: ...

    def before(self) -> Path | str | None:
        """What ``back`` returns to: an executable, or a word."""

    def back(self) -> None: ...
