"""The Models view of the page: what it asks and what it shows, in the words it shows."""

from pathlib import Path

from tray.models.base import Frozen
from tray.models.config import LlamaCppConfig
from tray.models.fit_mark import Fit
from tray.models.room import Machine


class ListRequest(Frozen):
    """What the listing child is asked: the folders to search, the file of the index.

    ``chosen`` are those of the folders that ought to be there, as the user chose them.
    ``state`` is the folder that knows when models were used; ``config`` is the launch of
    a model, ``own`` those of models with a preset; ``machine`` is what is free for
    them, ``None`` where that is not known. ``home`` is the user's folder.
    With ``most`` it says one ModelList of so many models, the last used ones of too many,
    and ends; else it says a ModelsShown, and ModelsRead while it reads files.
    """

    folders: tuple[Path, ...]
    chosen: tuple[Path, ...] = ()
    index: Path
    state: Path
    home: Path | None = None
    config: LlamaCppConfig = LlamaCppConfig()
    own: tuple[LlamaCppConfig, ...] = ()
    machine: Machine | None = None
    most: int | None = None


class ModelRow(Frozen):
    """One model of the list. ``value`` is what StartRequest takes.

    ``line`` are its facts in short, ``facts`` all of them as label and text. A file
    with a ``problem`` cannot be used: then ``line`` is the reason, as it is for one that
    could not be read yet. ``fit`` is where it would go, and ``fit_words`` says so;
    ``used`` is when it was last ready.
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

    ``summary`` says how much there is, ``note`` what may be missing, and what is to be done
    when there is nothing; paths below ``home`` may be shown with ``~``.
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
