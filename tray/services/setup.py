"""From nothing to an answering model: model and engine are got at once, then it starts."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from tray.models.download import CuratedModel, Download, DownloadPhase
from tray.models.engine_build import Backend
from tray.models.engine_shelf import EngineShelf
from tray.models.failure import PaddockError
from tray.models.setup import SetupPlan, SetupProgress

_PAUSED = {
    DownloadPhase.PAUSED: True,
    DownloadPhase.RUNNING: False,
    DownloadPhase.QUEUED: False,
}
PACE = 0.5
"""Seconds between two looks at what is under way."""


class Fetching(Protocol):
    """The list of downloads."""

    def all(self) -> tuple[Download, ...]: ...

    def start(self, what: str) -> None: ...

    def remove(self, download: str) -> None: ...


class Offered(Protocol):
    """The engines. Failures are PaddockError."""

    def shelf(self) -> EngineShelf: ...

    def get(self, name: str | None) -> None: ...

    def cancel(self) -> None: ...

    def use(self, name: str | None) -> None: ...


class Setup:
    """One at a time; any thread may call.

    ``unload`` stops whatever runs and waits, ``start`` runs a model, ``pause`` waits so
    many seconds.
    """

    def __init__(
        self,
        downloads: Fetching,
        engines: Callable[[], Offered],
        unload: Callable[[], None],
        start: Callable[[Path], None],
        pause: Callable[[float], None],
    ) -> None:
        self._downloads = downloads
        self._engines = engines
        self._unload = unload
        self._start = start
        self._pause = pause
        self._lock = threading.Lock()
        self._progress: SetupProgress | None = None
        self._plan: SetupPlan | None = None

    @property
    def progress(self) -> SetupProgress | None:
        """``None`` while nothing is set up."""
        return self._progress

    def plan(self, model: CuratedModel) -> SetupPlan:
        """The model, and the engine if another one than now helps.

        The first look at the machine takes a second.
        """
        shelf = self._engines().shelf()
        chosen = next((entry for entry in shelf.entries if entry.name == shelf.proposed), None)
        plan = SetupPlan(what=model.what, model=model.name, model_size=model.size)
        helps = chosen is not None and chosen.backend not in (None, Backend.CPU)
        if chosen is None or not helps or _uses_a_fit_one(shelf):
            return plan
        size = 0 if chosen.installed is not None else chosen.size or 0
        return plan.model_copy(update={"engine": chosen.name, "engine_size": size})

    def begin(self, plan: SetupPlan) -> None:
        """Get all of it and start. Raises PaddockError."""
        with self._lock:
            if self._progress is not None and self._progress.failure is None:
                return
            # Its own: who cancels and begins anew within a moment gives the same one again.
            self._plan = plan = plan.model_copy()
            total = plan.model_size + plan.engine_size
            self._progress = SetupProgress(name=plan.model, total=total)
        try:
            self._get(plan)
        except PaddockError as error:
            self._fail(plan, error)
            raise
        threading.Thread(target=self._follow, args=(plan,), name="setup", daemon=True).start()

    def cancel(self) -> None:
        """Stop and throw away what has arrived of the model."""
        with self._lock:
            plan, self._plan, self._progress = self._plan, None, None
        if plan is not None:
            self._throw_away(plan)

    def _get(self, plan: SetupPlan) -> None:
        if plan.engine is not None and not self._is_there(plan.engine):
            self._unload()
            if self._plan is plan:
                self._engines().get(plan.engine)
        self._downloads.start(plan.what)
        if self._plan is not plan:
            # Cancelled meanwhile: stopping a model and looking at the machine take seconds.
            self._throw_away(plan)

    def _throw_away(self, plan: SetupPlan) -> None:
        if plan.engine is not None:
            self._engines().cancel()
        for download in self._downloads.all():
            if download.what == plan.what and download.phase is not DownloadPhase.DONE:
                self._downloads.remove(download.id)

    def _is_there(self, engine: str) -> bool:
        """Whether it is installed, or being got still from a setup whose model could not be."""
        shelf = self._engines().shelf()
        coming = shelf.work is not None and shelf.work.name == engine
        return coming or _is_installed(shelf, engine)

    def _use(self, engine: str | None) -> None:
        """It is not in use yet where a model was loaded when it came."""
        if engine is not None and self._engines().shelf().used_name != engine:
            self._unload()
            self._engines().use(engine)

    def _follow(self, plan: SetupPlan) -> None:
        try:
            while self._plan is plan:
                found = self._look(plan)
                if not self._told(plan, found) or found is None or found.failure is not None:
                    return
                if found.model is not None:
                    self._finish(plan, found.model)
                    return
                self._pause(PACE)
        except PaddockError as error:
            self._fail(plan, error)

    def _finish(self, plan: SetupPlan, model: Path) -> None:
        self._use(plan.engine)
        # Cancelled meanwhile, and perhaps begun anew: stopping a model takes seconds.
        if self._plan is plan:
            self._start(model)
        with self._lock:
            if self._plan is plan:
                self._progress = self._plan = None

    def _told(self, plan: SetupPlan, progress: SetupProgress | None) -> bool:
        """Tell how far it is, unless it was cancelled meanwhile."""
        with self._lock:
            if self._plan is not plan:
                return False
            self._progress = progress
            return True

    def _look(self, plan: SetupPlan) -> SetupProgress | None:
        """``None`` when its download was taken off the list."""
        download = next((one for one in self._downloads.all() if one.what == plan.what), None)
        if download is None:
            return None
        engine = _Engine.of(plan, self._engines)
        here = download.progress
        done = plan.model_size if download.phase is DownloadPhase.DONE else here.done if here else 0
        size = plan.model_size if here is None else here.total
        return SetupProgress(
            name=plan.model,
            download=download.id,
            done=done + engine.done,
            total=size + plan.engine_size,
            speed=_sum(here.speed if here and here.waiting is None else None, engine.speed),
            step=engine.step or (here.waiting if here else None),
            paused=_PAUSED.get(download.phase),
            model=None if engine.busy else download.model,
            failure=engine.failure or download.failure,
        )

    def _fail(self, plan: SetupPlan, error: PaddockError) -> None:
        with self._lock:
            if self._plan is plan and self._progress is not None:
                self._progress = self._progress.model_copy(update={"failure": error.failure})


def _uses_a_fit_one(shelf: EngineShelf) -> bool:
    """An engine of the user's own is; a build is not where its driver cannot run it."""
    unfit = {entry.name for entry in shelf.entries if not entry.fits}
    return shelf.used is not None and shelf.used_name not in unfit


def _is_installed(shelf: EngineShelf, engine: str | None) -> bool:
    return any(e.name == engine and e.installed is not None for e in shelf.entries)


def _sum(*speeds: float | None) -> float | None:
    known = [speed for speed in speeds if speed is not None]
    return sum(known) if known else None


class _Engine:
    """How far the engine of a plan is."""

    def __init__(self, shelf: EngineShelf | None, name: str | None, size: int) -> None:
        work = None if shelf is None else shelf.work
        self.busy = work is not None
        self.failure = None if shelf is None or _is_installed(shelf, name) else shelf.failure
        self.step = None if work is None or work.stage == "downloading" else f"engine: {work.stage}"
        fetched = None if work is None or work.stage != "downloading" else work.progress
        coming = work is not None and work.stage == "downloading"
        self.done = fetched.done if fetched is not None else 0 if coming else size
        self.speed = None if fetched is None else fetched.speed

    @classmethod
    def of(cls, plan: SetupPlan, engines: Callable[[], Offered]) -> "_Engine":
        shelf = None if plan.engine is None else engines().shelf()
        return cls(shelf, plan.engine, plan.engine_size)
