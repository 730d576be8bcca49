"""What was read of models, kept in a file, so that each is read once and not at every look."""

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.model_files.file_stamp import Stamp, stamp_of
from tray.infrastructure.model_files.folders import SeenModel
from tray.infrastructure.model_files.name import part_paths
from tray.infrastructure.private_file import read_private, write_private
from tray.models.base import Frozen
from tray.models.catalog import ModelFacts

VERSION = 4
LARGEST = 32 << 20
PATIENCE = 60.0
"""Seconds that one list may lose with files that cannot be read yet."""
LEFT = ModelFacts.not_yet("other files took too long")
log = logging.getLogger(__name__)


class _Entry(Frozen):
    stamp: Stamp
    facts: ModelFacts


class _Index(Frozen):
    version: int
    entries: dict[str, _Entry]


class OpenIndex:
    """What was known when it was opened, and what is read from then on."""

    def __init__(
        self,
        known: dict[str, _Entry],
        command: tuple[str, ...],
        save: Callable[[_Index], None],
        patience: float,
    ) -> None:
        self._entries = known
        self._command = command
        self._save = save
        self._patience = patience

    def knows(self, path: Path, stamp: Stamp) -> bool:
        """Whether the model that begins with ``path`` was read, and is the same still."""
        entry = self._entries.get(str(path))
        return entry is not None and entry.stamp == stamp

    def facts(self, model: SeenModel) -> ModelFacts | None:
        """What is known of the model; ``None`` when it was never read."""
        entry = self._entries.get(str(model.path))
        return None if entry is None or entry.stamp != model.stamp else entry.facts

    def is_unread(self, model: SeenModel) -> bool:
        """Whether it was never read, or could not be when it was tried."""
        facts = self.facts(model)
        return facts is None or facts.may_pass

    def read(self, models: tuple[SeenModel, ...]) -> Iterator[SeenModel]:
        """Read those that are not known; yields each once that is over.

        Too much time lost with some leaves the rest for another list; those that were
        tried before come last, so that all get their turn. From then on the file has
        these models and no others, however the iteration ends.
        """
        unread = [model for model in models if self.is_unread(model)]
        unread.sort(key=lambda model: self.facts(model) not in (None, LEFT))
        before = dict(self._entries)
        if not unread and len(models) == len(before):
            return
        try:
            yield from self._read(unread)
        finally:
            known = (model for model in models if self.facts(model) is not None)
            entries = {name: self._entries[name] for name in (str(model.path) for model in known)}
            if entries != before:
                self._save(_Index(version=VERSION, entries=entries))

    def _read(self, models: list[SeenModel]) -> Iterator[SeenModel]:
        if not models:
            return
        # Only now: a list of models that are all known is there sooner without it.
        from tray.infrastructure.model_files.facts import FactsReader

        lost = 0.0
        with FactsReader(self._command) as reader:
            for model in models:
                facts = self.facts(model) or LEFT
                if lost <= self._patience:
                    began = time.monotonic()
                    facts = reader.read(part_paths(model.path))
                    lost += time.monotonic() - began if facts.may_pass else 0
                self._entries[str(model.path)] = _Entry(stamp=model.stamp, facts=facts)
                yield model


class ModelIndex:
    """Facts by path, size and time of change. The file may be lost at any time.

    ``patience`` in seconds, for each list.
    """

    def __init__(
        self, path: Path, reader_command: tuple[str, ...], patience: float = PATIENCE
    ) -> None:
        self._path = path
        self._command = reader_command
        self._patience = patience

    def open(self) -> OpenIndex:
        """What the file knows now."""
        return OpenIndex(self._load().entries, self._command, self._save, self._patience)

    def facts_of_one(self, parts: tuple[Path, ...]) -> ModelFacts:
        """Of the model with these files, the first part first; kept if it was not known."""
        known = self._load().entries
        stamp = stamp_of(parts)
        entry = known.get(str(parts[0]))
        if entry is not None and entry.stamp == stamp and not entry.facts.may_pass:
            return entry.facts
        from tray.infrastructure.model_files.facts import FactsReader

        with FactsReader(self._command) as reader:
            facts = reader.read(parts)
        entries = {**known, str(parts[0]): _Entry(stamp=stamp, facts=facts)}
        self._save(_Index(version=VERSION, entries=entries))
        return facts

    def _load(self) -> _Index:
        try:
            found = _Index.model_validate_json(read_private(self._path, LARGEST))
        except FileNotFoundError:
            return _Index(version=VERSION, entries={})
        except (OSError, ValidationError) as error:
            log.info("the model index is made anew: %s", error)
            return _Index(version=VERSION, entries={})
        return found if found.version == VERSION else _Index(version=VERSION, entries={})

    def _save(self, index: _Index) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = index.model_dump_json(exclude_defaults=True).encode()
            write_private(self._path, content, durable=False)
        except OSError as error:
            log.warning("the model index cannot be kept: %s", error)
