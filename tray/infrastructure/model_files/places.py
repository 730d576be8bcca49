"""The folders searched for models: whose they are, and changing the user's own."""

import os
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.desktop.opener import open_path
from tray.infrastructure.llama.home_path import absolute_path
from tray.infrastructure.model_files.folder_trouble import folder_trouble
from tray.infrastructure.settings.store import SettingsStore
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.folder_page import ModelPlace
from tray.models.settings import Settings


class ModelPlaces:
    """``searched`` names the folders as the settings give them; ``own`` is Paddock's."""

    def __init__(
        self,
        own: Path,
        settings: SettingsStore,
        searched: Callable[[Settings], tuple[Path, ...]],
        show: Callable[[Path], None] = open_path,
    ) -> None:
        self._own = own
        self._settings = settings
        self._searched = searched
        self._show = show

    def folders(self) -> tuple[Path, ...]:
        return self._searched(self._settings.load().settings)

    def chosen(self) -> tuple[Path, ...]:
        """Those of the settings, which ought to be there."""
        return tuple(map(_absolute, self._settings.load().settings.models.folders))

    def places(self) -> tuple[ModelPlace, ...]:
        """Every folder searched, in the order of the search."""
        settings = self._settings.load().settings
        extra = frozenset(map(_absolute, settings.models.folders))
        return tuple(
            ModelPlace(
                path=folder,
                own=folder == self._own,
                chosen=folder in extra and folder != self._own,
                trouble=folder_trouble(folder),
            )
            for folder in self._searched(settings)
        )

    def add(self, written: str) -> None:
        """Search this folder, too. Raises PaddockError."""
        folder = _absolute(Path(written.strip()))
        if not Path(written.strip()).is_absolute() and not written.strip().startswith("~"):
            raise _unusable(folder, "Write the whole path, from the root or from ~")
        if (trouble := folder_trouble(folder)) is not None:
            raise _unusable(folder, trouble[:1].upper() + trouble[1:])
        if folder not in self.folders():
            self._settings.save(lambda old: _with_folders(old, (*old.models.folders, folder)))

    def remove(self, written: str) -> None:
        """Search it no longer; only a folder of the settings goes. Its files stay."""
        gone = _absolute(Path(written))
        self._settings.save(
            lambda old: _with_folders(
                old, tuple(kept for kept in old.models.folders if _absolute(kept) != gone)
            )
        )

    def open(self, path: Path) -> None:
        """Show a searched folder, or the folder of a file below one. Raises PaddockError."""
        folder = path if path in self.folders() else path.parent
        self._check(folder)
        self._show(folder)

    def _check(self, path: Path) -> None:
        plain = Path(os.path.normpath(path))
        if not any(plain.is_relative_to(folder) for folder in self.folders()):
            raise _unusable(path, "It is not one of the folders searched for models")


def _with_folders(settings: Settings, folders: tuple[Path, ...]) -> Settings:
    models = settings.models.model_copy(update={"folders": folders})
    return settings.model_copy(update={"models": models})


def _absolute(path: Path) -> Path:
    home = Path.home()
    return absolute_path(path, home=home, base=home)


def _unusable(folder: Path, reason: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.FOLDER_UNUSABLE,
            title="This folder cannot be used",
            detail=f"{folder}: {reason}.",
        )
    )
