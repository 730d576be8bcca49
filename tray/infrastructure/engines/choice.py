"""Which engine the settings name, and which one they named before."""

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.engines.failures import unusable
from tray.infrastructure.llama.home_path import absolute_path
from tray.infrastructure.private_file import read_private, write_private
from tray.infrastructure.settings.store import SettingsStore
from tray.models.base import Frozen
from tray.models.config import EngineKind
from tray.models.settings import Settings

AUTOMATIC, BUNDLED = "automatic", "bundled"


class Chosen(Frozen):
    """The two keys of the settings that decide."""

    engine: EngineKind = EngineKind.AUTO
    executable: Path | None = None


class EngineChoice:
    """The setting ``server.executable``; ``folder`` keeps what it was before."""

    def __init__(self, settings: SettingsStore, folder: Path) -> None:
        self._settings = settings
        self._path = folder / "before.json"

    def used(self) -> Path | None:
        """The executable of the settings; ``None`` when they leave it to Paddock."""
        chosen = self._now()
        if chosen.engine is EngineKind.BUNDLED or chosen.executable is None:
            return None
        return absolute_path(chosen.executable, home=Path.home(), base=Path.home())

    def choose(self, executable: Path | None) -> None:
        """Use it from the next start on; ``None`` leaves it to Paddock. Raises PaddockError."""
        now = self._now()
        kind = now.engine if executable and now.engine is not EngineKind.BUNDLED else None
        self._become(Chosen(engine=kind or EngineKind.AUTO, executable=executable))

    def before(self) -> Path | str | None:
        """What ``back`` returns to: an executable, a word, or ``None`` for nothing."""
        chosen = self._before()
        if chosen is None or chosen == self._now():
            return None
        if chosen.engine is EngineKind.BUNDLED:
            return BUNDLED
        if chosen.executable is None:
            return AUTOMATIC
        return chosen.executable if chosen.executable.is_file() else None

    def back(self) -> None:
        """Change to what was chosen before; again, and it is as it was. Raises PaddockError."""
        chosen = self._before()
        if chosen is not None:
            self._become(chosen)

    def _become(self, chosen: Chosen) -> None:
        now = self._now()
        if chosen == now:
            return
        self._settings.save(_changed_to(chosen))
        try:
            write_private(self._path, now.model_dump_json().encode())
        except OSError as error:
            raise unusable(self._path, error) from error

    def _now(self) -> Chosen:
        server = self._settings.load().settings.server
        return Chosen(engine=server.engine, executable=server.executable)

    def _before(self) -> Chosen | None:
        try:
            return Chosen.model_validate_json(read_private(self._path))
        except (OSError, ValidationError):
            return None


def _changed_to(chosen: Chosen) -> Callable[[Settings], Settings]:
    def change(settings: Settings) -> Settings:
        server = settings.server.model_copy(
            update={"engine": chosen.engine, "executable": chosen.executable}
        )
        return settings.model_copy(update={"server": server})

    return change
