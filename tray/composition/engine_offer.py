"""Composition of the engines one can get: their folder, their child process, the settings."""

from collections.abc import Callable

from tray.infrastructure.engines.choice import EngineChoice
from tray.infrastructure.engines.getter import EngineGetter
from tray.infrastructure.engines.pins import read_pins
from tray.infrastructure.engines.store import EngineStore
from tray.infrastructure.folders import Folders
from tray.infrastructure.own_program import own_command
from tray.infrastructure.settings.store import SettingsStore
from tray.models.engine_build import EnginePins
from tray.models.phase import ServerPhase
from tray.services.engines import Engines

RESTING = (ServerPhase.STOPPED, ServerPhase.FAILED, ServerPhase.CLOSED)


def offered_engines(
    folders: Folders,
    settings: SettingsStore,
    phase: Callable[[], ServerPhase],
    pins: Callable[[], EnginePins] = read_pins,
) -> Engines:
    """Engines in the data folder; ``phase`` is that of the server of this user."""
    folder = folders.data / "engines"
    return Engines(
        pins,
        EngineStore(folder),
        EngineGetter(own_command("engine-getter"), folder, folders.state / "engine"),
        EngineChoice(settings, folder),
        lambda: phase() not in RESTING,
    )
