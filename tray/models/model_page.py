"""The Models view of the page: what it asks and what it shows, in the words it shows."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tray.models.base import Frozen
from tray.models.download import Fit


class ListRequest(Frozen):
    """What the listing child is asked: the folders to search, the file of the index.

    ``state`` is the folder that knows when models were used; ``free_gpu`` and
    ``free_ram`` are what the next model may take, in bytes, 0 without a GPU.
    ``home`` is the user's folder. With ``most`` it says one ModelList of so many models,
    the last used ones of too many, and ends; else it says a ModelsShown, and ModelsRead
    while it reads files.
    """

    folders: tuple[Path, ...]
    index: Path
    state: Path
    home: Path | None = None
    free_gpu: int | None = None
    free_ram: int | None = None
    most: int | None = None


class ModelRow(Frozen):
    """One model of the list. ``value`` is what StartRequest takes.

    ``line`` are its facts in short, ``facts`` all of them as label and text. A file
    with a ``problem`` cannot be used: then ``line`` is the reason. ``fit`` is where it
    would go, by its size, and ``fit_words`` says so; ``used`` is when it was last ready.
    """

    value: str
    name: str
    line: str
    facts: tuple[tuple[str, str], ...] = ()
    fit: Fit = Fit.UNKNOWN
    fit_words: str = ""
    used: str | None = None
    vision: bool = False
    problem: bool = False


class ModelsShown(Frozen):
    """The whole list. ``reading`` counts the rows whose facts are still being read.

    ``summary`` says how much there is, ``note`` what is to be done when there is nothing;
    paths below ``home`` may be shown with ``~``.
    """

    rows: tuple[ModelRow, ...]
    reading: int
    summary: str
    note: str | None = None
    home: str | None = None


class ModelsRead(Frozen):
    """Rows whose facts have been read meanwhile; each replaces the one of its value."""

    rows: tuple[ModelRow, ...]
    reading: int
    summary: str


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
