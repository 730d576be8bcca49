"""Composition of the removal of models: what is listed, what goes with one, where it goes."""

from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.desktop.trash import delete_for_good
from tray.infrastructure.model_files.folders import find_listed
from tray.infrastructure.model_files.mapped_file import maps_file
from tray.infrastructure.model_files.removal import removable_files
from tray.infrastructure.model_files.same_file import same_entry, same_file
from tray.models.state import ModelState
from tray.services.removal import Removal


def model_removal(
    state: Callable[[], ModelState],
    searched: Callable[[], tuple[Path, ...]],
    to_trash: Callable[[tuple[Path, ...]], None],
) -> Removal:
    """Of models in the folders that ``searched`` names when it is asked."""
    return Removal(
        state,
        lambda: find_listed(searched()),
        removable_files,
        to_trash,
        delete_for_good,
        same_file,
        same_entry,
        maps_file,
    )
