"""The few models a menu shows; they are looked for again when the folders have changed."""

import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.model_files.folders import DEEPEST, MOST_ENTRIES
from tray.infrastructure.model_files.lister import ModelLister
from tray.models.catalog import FoundModel, ModelList
from tray.models.failure import PaddockError
from tray.models.model_page import ListRequest

MOST = 12
"""A longer menu is scrolled, not read."""

PATIENCE = 15.0
log = logging.getLogger(__name__)


class ModelMenu:
    """``request`` is what a search would ask now.

    Any thread may call. Looking at the folders costs milliseconds, searching a child; on a
    share that does not answer it may never end, so nobody waits longer than ``patience``
    seconds, and as long as one look hangs nobody waits at all.
    """

    def __init__(
        self,
        request: Callable[[], ListRequest],
        lister: ModelLister,
        patience: float = PATIENCE,
    ) -> None:
        self._request = request
        self._lister = lister
        self.patience = patience
        self._looking = threading.Lock()
        self._hangs = False
        self._stamp: int | None = None
        self._few: tuple[FoundModel, ...] = ()

    def few(self) -> tuple[FoundModel, ...]:
        """At most ``MOST`` models; those of the last look when this one takes too long."""
        if self._looking.acquire(timeout=0 if self._hangs else self.patience):
            over = threading.Event()
            look = threading.Thread(target=self._look, args=(over,), name="menu-look", daemon=True)
            look.start()
            if not over.wait(self.patience) and not self._hangs:
                self._hangs = True
                log.warning("a folder of models does not answer; the menu goes by the last look")
        return self._few

    def _look(self, over: threading.Event) -> None:
        try:
            self._refresh()
        finally:
            self._hangs = False
            self._looking.release()
            over.set()

    def _refresh(self) -> None:
        request = self._request()
        launches = (request.config, request.own)
        stamp = hash((tuple(_changes(request.folders)), _changed(request.index), launches))
        if stamp == self._stamp:
            return
        try:
            self._few = self._search(request)
            self._stamp = stamp
        except (PaddockError, ValidationError) as error:
            log.warning("the models for the menu could not be listed: %s", error)

    def _search(self, request: ListRequest) -> tuple[FoundModel, ...]:
        lines = self._lister.lines(request.model_copy(update={"most": MOST}))
        try:
            said = next((line for line in lines if line.strip()), b"")
            return ModelList.model_validate_json(said).models
        finally:
            lines.close()


def _changed(file: Path) -> int:
    """When it was written last; 0 for one that is not there."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _changes(folders: tuple[Path, ...]) -> Iterator[tuple[str, int]]:
    """Every folder below these and when something was put into it or taken out."""
    left = [(str(folder), DEEPEST) for folder in folders]
    seen = 0
    while left and seen < MOST_ENTRIES:
        folder, depth = left.pop()
        try:
            yield folder, os.stat(folder).st_mtime_ns
            with os.scandir(folder) as entries:
                for entry in entries:
                    seen += 1
                    if depth and not entry.name.startswith(".") and entry.is_dir():
                        left.append((entry.path, depth - 1))
        except OSError:
            yield folder, 0
