"""What the resident and the child that gets engines say to each other, a line each."""

from pathlib import Path

from tray.models.base import Frozen
from tray.models.engine_build import EngineBuild, InstalledEngine, MachineFacts
from tray.models.engine_shelf import EngineWork
from tray.models.failure import ServerFailure


class GetterRequest(Frozen):
    """``build`` to get into ``folder``; without one the machine is looked at.

    ``config_home`` is a configuration folder of ours for the engine that is asked.
    """

    folder: Path
    config_home: Path
    build: EngineBuild | None = None


class Told(Frozen):
    """One line: progress, or one of three results."""

    work: EngineWork | None = None
    facts: MachineFacts | None = None
    installed: InstalledEngine | None = None
    failure: ServerFailure | None = None
