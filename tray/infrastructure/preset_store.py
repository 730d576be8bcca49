"""``presets.json`` in the configuration folder: the presets of every model, saved atomically."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from pydantic import ValidationError

from tray.infrastructure.private_file import read_private, set_aside, write_private
from tray.models.base import Frozen, Lenient
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.preset import ModelPresets

VERSION = 1
LARGEST = 8 << 20


class _Kept(Frozen):
    version: int = VERSION
    models: dict[str, ModelPresets]


class _Versioned(Lenient):
    version: int


class _DamagedError(ValueError):
    """The file is there and cannot be understood."""


class _NewerError(ValueError):
    """A newer Paddock wrote the file."""


class PresetStore:
    """By the rules of the settings: nothing a user made is lost.

    A file that cannot be read is renamed to ``presets.json.bad-<time>`` and the last
    good copy takes its place; one of a newer Paddock is left alone, and nothing is
    saved. Any thread may call.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "presets.json"
        self._last_good = folder / "presets.last-good.json"
        self._changing = Lock()
        self._note: str | None = None

    def take_note(self) -> str | None:
        """What happened to the file, once."""
        note, self._note = self._note, None
        return note

    def read(self, model: str) -> ModelPresets:
        """The presets of one model; the standard one for a model without any."""
        with self._changing:
            return self._load().models.get(model, ModelPresets())

    def change(self, model: str, change: Callable[[ModelPresets], ModelPresets]) -> ModelPresets:
        """Save what ``change`` makes of them. Raises PaddockError, also what it raises."""
        with self._changing:
            kept = self._load(to_change=True)
            changed = change(kept.models.get(model, ModelPresets()))
            models = {**kept.models, model: changed}
            if changed == ModelPresets():
                del models[model]
            content = _Kept(models=models).model_dump_json(indent=1)
            try:
                write_private(self.path, content.encode())
            except OSError as error:
                raise _not_saved(self.path, error.strerror or str(error)) from error
            with contextlib.suppress(OSError):
                write_private(self._last_good, content.encode())
            return changed

    def _load(self, to_change: bool = False) -> _Kept:
        try:
            return _parsed(read_private(self.path, LARGEST))
        except FileNotFoundError:
            return _Kept(models={})
        except _NewerError:
            self._note = f"{self.path.name} was made by a newer Paddock and is left alone."
            if to_change:
                raise _not_saved(self.path, "a newer Paddock made it") from None
            return _Kept(models={})
        except (OSError, _DamagedError) as error:
            return self._instead(error, to_change)

    def _instead(self, error: Exception, to_change: bool) -> _Kept:
        """The last good copy, once the bad file is out of the way."""
        try:
            kept = _parsed(read_private(self._last_good, LARGEST))
        except (OSError, ValueError):
            kept = _Kept(models={})
        try:
            aside = set_aside(self.path)
        except OSError as stuck:
            reason = stuck.strerror or str(stuck)
            self._note = f"{self.path.name} cannot be read ({error}) nor set aside ({reason})."
            if to_change:
                raise _not_saved(self.path, reason) from stuck
            return kept
        with contextlib.suppress(OSError):
            write_private(self.path, kept.model_dump_json(indent=1).encode())
        self._note = (
            f"{self.path.name} was damaged; it is kept as {aside.name}. "
            "Your last good presets are used."
        )
        return kept


def _parsed(content: bytes) -> _Kept:
    try:
        version = _Versioned.model_validate_json(content).version
        if version > VERSION:
            raise _NewerError
        return _Kept.model_validate_json(content)
    except ValidationError as error:
        raise _DamagedError("it is not what Paddock wrote") from error


def _not_saved(path: Path, reason: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.SETTINGS_NOT_SAVED,
            title="The presets could not be saved",
            detail=f"{path}: {reason}. The old presets are unchanged.",
        )
    )
