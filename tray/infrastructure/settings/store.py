"""The one settings file: read with forgiveness, saved atomically."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from tray.infrastructure.private_file import read_private, set_aside, write_private
from tray.infrastructure.settings.edit import edited
from tray.infrastructure.settings.file import UnreadableSettingsError, fit, is_known, parse
from tray.infrastructure.settings.template import template
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.settings import LoadedSettings, Settings, SettingsProblem


class SettingsStore:
    """``settings.toml`` in ``folder``, and beside it ``settings.last-good.toml``.

    Nothing the user typed is lost: loading never changes the file, however bad
    it is. Values it cannot give come from the last good copy. Only a save that
    cannot be merged into the file renames it, to ``settings.toml.bad-<time>``,
    and reports that as a problem.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "settings.toml"
        self._last_good = folder / "settings.last-good.toml"
        self._saving = Lock()

    def load(self) -> LoadedSettings:
        """The settings to use now; a missing file means the defaults. Never raises."""
        try:
            content = read_private(self.path)
            loaded = fit(parse(content), self._fallback())
        except FileNotFoundError:
            return LoadedSettings()
        except UnreadableSettingsError as error:
            return self._unusable(error.found, error.allowed)
        except OSError as error:
            return self._unusable(error.strerror or str(error), "a readable file")
        if not any(is_known(tuple(problem.key.split("."))) for problem in loaded.problems):
            self._remember(content)
        return loaded

    def save(self, change: Callable[[Settings], Settings]) -> LoadedSettings:
        """Apply ``change`` to the current settings and write what differs.

        Comments, order and keys of a newer version stay. Raises PaddockError
        when the file cannot be written; the old one is then still in place.
        """
        with self._saving:
            loaded = self.load()
            wanted = change(loaded.settings)
            try:
                aside, content = self._merged(loaded.settings, wanted)
                write_private(self.path, content)
            except OSError as error:
                raise _not_saved(self.path, error.strerror or str(error)) from error
            saved = self.load()
        return saved.model_copy(update={"problems": (*aside, *saved.problems)})

    def ensure_file(self) -> Path:
        """The file's path, after writing a commented template if there is none."""
        with self._saving:
            if not (self.path.exists() or self.path.is_symlink()):
                try:
                    write_private(self.path, template().encode())
                except OSError as error:
                    raise _not_saved(self.path, error.strerror or str(error)) from error
        return self.path

    def _merged(
        self, current: Settings, wanted: Settings
    ) -> tuple[tuple[SettingsProblem, ...], bytes]:
        """The file with the changes; a file that cannot take them is set aside."""
        try:
            return (), edited(read_private(self.path), current, wanted)
        except FileNotFoundError:
            return (), edited(template().encode(), Settings(), wanted)
        except (OSError, UnreadableSettingsError):
            kept = set_aside(self.path)
        try:
            content = edited(read_private(self._last_good), self._fallback(), wanted)
        except (OSError, UnreadableSettingsError):
            content = edited(template().encode(), Settings(), wanted)
        problem = SettingsProblem(
            key=self.path.name,
            found=f"a damaged file, kept as {kept.name}",
            allowed="the new file, written with your last good settings",
        )
        return (problem,), content

    def _fallback(self) -> Settings:
        try:
            return fit(parse(read_private(self._last_good)), Settings()).settings
        except (OSError, UnreadableSettingsError):
            return Settings()

    def _unusable(self, found: str, allowed: str) -> LoadedSettings:
        problem = SettingsProblem(key=self.path.name, found=found, allowed=allowed)
        return LoadedSettings(settings=self._fallback(), problems=(problem,))

    def _remember(self, content: bytes) -> None:
        # A copy that cannot be kept must not keep good settings from being used.
        with contextlib.suppress(OSError):
            try:
                if read_private(self._last_good) == content:
                    return
            except OSError:
                pass
            write_private(self._last_good, content)


def _not_saved(path: Path, reason: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.SETTINGS_NOT_SAVED,
            title="The settings could not be saved",
            detail=f"{path}: {reason}. The old settings are unchanged.",
        )
    )
