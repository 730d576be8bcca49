"""``presets.json`` in the configuration folder: the presets of every model, saved atomically."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock

from pydantic import Field, ValidationError

from tray.infrastructure.file_lock import locked
from tray.infrastructure.model_files.file_mark import FileMark, former_place, mark_of
from tray.infrastructure.private_file import read_private, set_aside, write_private
from tray.models.base import Frozen, Lenient
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.preset import ModelPresets

VERSION = 2
LARGEST = 8 << 20


class _Kept(Frozen):
    version: int = VERSION
    models: dict[str, ModelPresets]
    files: dict[str, FileMark] = Field(default_factory=dict)


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
        """The presets of one model; the standard one for a model without any.

        Those of a model whose file was moved or renamed go with it; where its whole folder
        is gone they stay, too, for when it is back.
        """
        with self._changing:
            kept = self._load()
            if model not in kept.models and kept.files:
                kept = self._moved(kept, model)
            return kept.models.get(model, ModelPresets())

    def all(self) -> Mapping[str, ModelPresets]:
        """Those of every model that has any."""
        with self._changing:
            return self._load().models

    def change(self, model: str, change: Callable[[ModelPresets], ModelPresets]) -> ModelPresets:
        """Save what ``change`` makes of them. Raises PaddockError, also what it raises."""
        with self._changing, self._alone():
            kept = self._load(to_change=True)
            changed = change(kept.models.get(model, ModelPresets()))
            try:
                self._save(_with(kept, model, changed))
            except OSError as error:
                raise _not_saved(self.path, error.strerror or str(error)) from error
            return changed

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process, the terminal's or the page's, changes the file meanwhile."""
        with contextlib.ExitStack() as stack:
            # Where none can be made nothing can be saved, which says why.
            with contextlib.suppress(OSError):
                stack.enter_context(locked(self.path.with_name(".presets.lock")))
            yield

    def _save(self, kept: _Kept) -> None:
        content = kept.model_dump_json(indent=1).encode()
        write_private(self.path, content)
        with contextlib.suppress(OSError):
            write_private(self._last_good, content)

    def _moved(self, kept: _Kept, model: str) -> _Kept:
        before = former_place(Path(model), kept.files)
        if before is None:
            return kept
        with self._alone():
            kept = self._load()
            if before not in kept.models:
                return kept
            moved = _with(kept, model, kept.models[before])
            if Path(before).parent.exists():
                moved = _with(moved, before, ModelPresets())
            # Else a drive may be away, and this the same model on another one.
            with contextlib.suppress(OSError):
                self._save(moved)
            return moved

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


def _with(kept: _Kept, model: str, presets: ModelPresets) -> _Kept:
    """With these presets of one model; nothing is kept of a model without any."""
    models = {name: other for name, other in kept.models.items() if name != model}
    files = {name: mark for name, mark in kept.files.items() if name in models}
    if presets != ModelPresets():
        models[model] = presets
        if (mark := mark_of(Path(model))) is not None:
            files[model] = mark
    return _Kept(version=VERSION, models=models, files=files)


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
