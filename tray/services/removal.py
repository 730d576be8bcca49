"""Deleting a model: to the trash, never while it is loaded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tray.models.catalog import FoundModel
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.state import ModelState, ServerPhase
from tray.services.model_choice import DEMO

_LOADED = (
    ServerPhase.STARTING,
    ServerPhase.READY,
    ServerPhase.STOPPING,
    ServerPhase.BACKOFF,
)


@dataclass(frozen=True)
class Removal:
    """``files_of`` names the files of a model, ``trash`` and ``erase`` take them away.

    All of them raise PaddockError. ``same_file``: whether two paths lead to one file,
    ``same_entry``: whether they are one name in one folder; ``maps_file``: whether the
    process of this id computes with a file.
    """

    state: Callable[[], ModelState]
    models: Callable[[], Sequence[FoundModel]]
    files_of: Callable[[Path], tuple[Path, ...]]
    trash: Callable[[tuple[Path, ...]], None]
    erase: Callable[[tuple[Path, ...]], None]
    same_file: Callable[[Path, Path], bool]
    same_entry: Callable[[Path, Path], bool]
    maps_file: Callable[[int, Path], bool]

    def remove(self, wanted: str, for_good: bool) -> tuple[FoundModel, int]:
        """The model of this path or name, gone with so many files. Raises PaddockError."""
        model = self._found(wanted)
        if self._is_loaded(model):
            raise PaddockError(_loaded(model))
        files = self.files_of(model.path)
        if self._is_mapped(files):
            raise PaddockError(_loaded(model))
        (self.erase if for_good else self.trash)(files)
        return model, len(files)

    def _is_loaded(self, model: FoundModel) -> bool:
        state = self.state()
        if state.phase not in _LOADED or state.model is None or state.model.path is None:
            return False
        return self.same_file(state.model.path, model.path)

    def _is_mapped(self, files: tuple[Path, ...]) -> bool:
        """One that was renamed after it was loaded has another path than the state says."""
        pid = self.state().pid
        return pid is not None and any(self.maps_file(pid, file) for file in files)

    def _found(self, wanted: str) -> FoundModel:
        """Nothing but a model that is listed is ever deleted."""
        listed = self.models()
        for model in listed:
            if str(model.path) == wanted:
                return model
        for model in listed:
            if model.name.casefold() == wanted.casefold():
                return model
        for model in listed:
            if self.same_entry(model.path, Path(wanted)):
                return model
        raise PaddockError(_DEMO_STAYS if wanted.casefold() == DEMO else _missing(wanted))


_DEMO_STAYS = ServerFailure(
    cause=FailureCause.MODEL_MISSING,
    title="The demo model cannot be deleted",
    detail="It is built into Paddock, and takes no room in your folders.",
)


def _loaded(model: FoundModel) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.MODEL_IN_USE,
        title="The model is loaded",
        detail=f"Stop {model.name}, or start another model, before you delete it.",
    )


def _missing(wanted: str) -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.MODEL_MISSING,
        title="There is no such model",
        detail=f"{wanted} is not among those that `paddock models` lists.",
    )
