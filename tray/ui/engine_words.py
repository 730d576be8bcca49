"""Pure: the engines on offer, in the words every surface shows."""

from typing import Literal

from tray.models.engine_build import Backend
from tray.models.engine_shelf import (
    EngineEntry,
    EngineShelf,
    EngineWork,
    PageEngine,
    PageEngines,
    PageEngineWork,
)
from tray.ui.amounts import joined, size
from tray.ui.download_words import progress_words

TITLES = {
    Backend.CUDA: "CUDA",
    Backend.ROCM: "ROCm",
    Backend.METAL: "Metal",
    Backend.VULKAN: "Vulkan",
    Backend.CPU: "CPU",
}
CHOOSES = (
    "Paddock chooses: a llama-server it finds that sees a GPU, else the bundled engine, on the CPU"
)
State = Literal["available", "unfit", "installed", "used"]
Action = Literal["get", "use", "remove"]


def page_engines(shelf: EngineShelf) -> PageEngines:
    """What the page shows."""
    busy = shelf.work is not None
    return PageEngines(
        used=used_line(shelf),
        proposal=proposal_line(shelf),
        proposed=shelf.proposed,
        rows=tuple(_row(entry, shelf, busy) for entry in shelf.entries),
        back=None if shelf.back is None or busy else f"Go back to {shelf.back}",
        work=None if shelf.work is None else _page_work(shelf.work),
        failure=shelf.failure,
    )


def used_line(shelf: EngineShelf) -> str:
    """Which engine runs a user's own models."""
    if shelf.used is None:
        return f"{CHOOSES}."
    if shelf.used_name is None:
        return f"Your own llama-server is used: {shelf.used}."
    used = next((entry for entry in shelf.entries if entry.name == shelf.used_name), None)
    if used is not None and not used.fits:
        return f"{used.name} is used, and does not fit this machine. {used.reason}"
    return f"{shelf.used_name} is used."


def proposal_line(shelf: EngineShelf) -> str:
    """Which build to take, why, and what it costs."""
    chosen = next((entry for entry in shelf.entries if entry.name == shelf.proposed), None)
    if chosen is None:
        return shelf.reason
    named = f"{title(chosen)} fits this machine best"
    if chosen.installed is not None:
        return f"{named}, and is installed. {shelf.reason}"
    return f"{named} ({size(chosen.size or 0)} to download). {shelf.reason}"


def title(entry: EngineEntry) -> str:
    """ "CUDA 12.8"."""
    return f"{TITLES[entry.backend]} {entry.runtime or ''}".strip()


def state_of(entry: EngineEntry, shelf: EngineShelf) -> State:
    """Where a build stands."""
    if entry.installed is not None:
        return "used" if entry.name == shelf.used_name else "installed"
    return "available" if entry.fits else "unfit"


def note_of(entry: EngineEntry) -> str:
    """What it computes on here, or why it fits or does not."""
    if entry.installed is None or not entry.fits:
        return entry.reason
    return f"Computes on {entry.installed.device}."


def work_line(work: EngineWork) -> str:
    """How far it is."""
    return joined((work.name, _doing(work)))


def _doing(work: EngineWork) -> str:
    if work.stage == "unpacking":
        return "unpacking"
    if work.stage == "checking":
        return "checking whether it runs here"
    return "beginning" if work.progress is None else progress_words(work.progress)


def _row(entry: EngineEntry, shelf: EngineShelf, busy: bool) -> PageEngine:
    state = state_of(entry, shelf)
    offered: dict[State, tuple[Action, ...]] = {
        "available": ("get",),
        "unfit": (),
        "installed": ("use", "remove"),
        "used": (),
    }
    return PageEngine(
        name=entry.name,
        title=title(entry),
        size="" if entry.size is None else size(entry.size),
        note=note_of(entry),
        state=state,
        proposed=entry.name == shelf.proposed,
        actions=() if busy else offered[state],
    )


def _page_work(work: EngineWork) -> PageEngineWork:
    known = work.progress
    share = None if known is None else known.done / known.total
    return PageEngineWork(name=work.name, label=work_line(work), share=share)
