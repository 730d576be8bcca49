"""The application log: written by the resident, fed by the engine, read by `paddock logs`."""

from tray.infrastructure.logs._application import ApplicationLog
from tray.infrastructure.logs._engine import EngineLog
from tray.infrastructure.logs._follow import follow, last_lines

__all__ = ["ApplicationLog", "EngineLog", "follow", "last_lines"]
