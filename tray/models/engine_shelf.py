"""The engines on offer and on this machine, as the terminal and the page show them."""

from pathlib import Path
from typing import Literal

from tray.models.base import Frozen
from tray.models.download import DownloadProgress
from tray.models.engine_build import Backend, InstalledEngine
from tray.models.failure import ServerFailure


class EngineEntry(Frozen):
    """A build that is pinned for this machine, or installed on it, or both.

    ``size`` is in bytes to download, ``None`` for a build no longer pinned.
    """

    name: str
    backend: Backend
    runtime: str | None
    size: int | None
    fits: bool
    reason: str
    installed: InstalledEngine | None = None


class EngineWork(Frozen):
    """What is being done to get a build; ``progress`` while it is downloaded."""

    name: str
    stage: Literal["downloading", "unpacking", "checking"] = "downloading"
    progress: DownloadProgress | None = None


class EngineShelf(Frozen):
    """All of it. ``used`` is the executable of the settings, ``used_name`` its build's name.

    Without one Paddock chooses: an executable it finds that sees a GPU, else the bundled
    engine. ``back`` says what a roll-back returns to, in a word: a build's name, a path
    or "automatic"; ``None`` when there is nothing to return to.
    """

    entries: tuple[EngineEntry, ...]
    proposed: str | None
    reason: str
    used: Path | None = None
    used_name: str | None = None
    back: str | None = None
    work: EngineWork | None = None
    failure: ServerFailure | None = None


class GetEngineRequest(Frozen):
    """``None``: the proposed one."""

    name: str | None = None


class UseEngineRequest(Frozen):
    """``None``: none in particular, so that Paddock chooses."""

    name: str | None = None


class RemoveEngineRequest(Frozen):
    name: str


class PageEngine(Frozen):
    """One row. ``note`` says why it fits or does not, or what it computes on here."""

    name: str
    title: str
    size: str
    note: str
    state: Literal["available", "unfit", "installed", "used"]
    proposed: bool
    actions: tuple[Literal["get", "use", "remove"], ...]


class PageEngineWork(Frozen):
    """``share`` is 0 to 1, ``None`` while it cannot be told."""

    name: str
    label: str
    share: float | None


class PageEngines(Frozen):
    """What the page shows of the engines, in the words it shows.

    ``used`` and ``proposal`` are lines; ``proposed`` names the row one click gets;
    ``back`` labels the button of the roll-back.
    """

    used: str
    proposal: str
    proposed: str | None
    rows: tuple[PageEngine, ...]
    back: str | None = None
    work: PageEngineWork | None = None
    failure: ServerFailure | None = None
