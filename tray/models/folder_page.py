"""The folders of the Models view: what the page asks and what it shows."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tray.models.base import Frozen


class FolderRow(Frozen):
    """A folder that is searched. Only one of the settings can be ``removable``."""

    path: str
    line: str
    exists: bool
    removable: bool


class FoldersShown(Frozen):
    """Paths below ``home`` may be shown with ``~``."""

    rows: tuple[FolderRow, ...]
    home: str | None = None


class FolderRequest(Frozen):
    """A folder as the user writes it: absolute, or from the home folder with ``~``."""

    path: Annotated[str, Field(min_length=1, max_length=4096)]


class ModelPlace(Frozen):
    """A folder that is searched: Paddock's ``own``, one the user has ``chosen``, or a cache.

    ``trouble`` is a clause that says why nothing is found in it.
    """

    path: Path
    own: bool
    chosen: bool
    trouble: str | None = None
