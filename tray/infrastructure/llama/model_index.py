"""What was read of models, kept in a file, so that each is read once and not at every look."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.llama.model_facts import FactsReader
from tray.infrastructure.llama.model_name import part_paths
from tray.infrastructure.private_file import read_private, write_private
from tray.models.base import Frozen
from tray.models.catalog import FoundModel, ModelFacts

VERSION = 2
LARGEST = 32 << 20
log = logging.getLogger(__name__)

Stamp = tuple[tuple[int, int], ...]
"""Size in bytes and time of change in ns of each file of a model."""


class _Entry(Frozen):
    stamp: Stamp
    facts: ModelFacts


class _Index(Frozen):
    version: int = VERSION
    entries: dict[str, _Entry]


class OpenIndex:
    """What was known when it was opened, and what is read from then on."""

    def __init__(
        self, known: dict[str, _Entry], command: tuple[str, ...], save: Callable[[_Index], None]
    ) -> None:
        self._known = known
        self._command = command
        self._save = save
        self._fresh: dict[str, _Entry] = {}

    def knows(self, path: Path) -> bool:
        """Whether the model that begins with ``path`` was read, and is the same still."""
        return self.facts(path) is not None

    def facts(self, path: Path) -> ModelFacts | None:
        """What is known of the model; ``None`` when it has to be read."""
        name = str(path)
        entry = self._fresh.get(name)
        if entry is None and (entry := self._known.get(name)) is not None:
            if entry.stamp != stamp_of(part_paths(path)):
                return None
            self._fresh[name] = entry
        return None if entry is None else entry.facts

    def read(self, models: tuple[FoundModel, ...]) -> Iterator[FoundModel]:
        """Read those that are not known; yields each once it is.

        From then on the file has these models and no others, however the iteration ends.
        """
        try:
            with FactsReader(self._command) as reader:
                for model in models:
                    if not self.knows(model.path):
                        parts = part_paths(model.path)
                        stamp = stamp_of(parts)
                        entry = _Entry(stamp=stamp, facts=reader.read(parts))
                        self._fresh[str(model.path)] = entry
                        yield model
        finally:
            names = (str(model.path) for model in models)
            entries = {name: self._fresh[name] for name in names if name in self._fresh}
            if entries != self._known:
                self._save(_Index(entries=entries))


class ModelIndex:
    """Facts by path, size and time of change. The file may be lost at any time."""

    def __init__(self, path: Path, reader_command: tuple[str, ...]) -> None:
        self._path = path
        self._command = reader_command

    def open(self) -> OpenIndex:
        """What the file knows now."""
        return OpenIndex(self._load().entries, self._command, self._save)

    def facts_of(self, models: tuple[FoundModel, ...]) -> list[ModelFacts]:
        """The facts of each model in the same order; unknown and changed ones are read."""
        index = self.open()
        for _ in index.read(models):
            pass
        return [index.facts(model.path) or ModelFacts() for model in models]

    def facts_of_one(self, parts: tuple[Path, ...]) -> ModelFacts:
        """Of the model with these files, the first part first; kept if it was not known."""
        known = self._load().entries
        stamp = stamp_of(parts)
        entry = known.get(str(parts[0]))
        if entry is not None and entry.stamp == stamp:
            return entry.facts
        with FactsReader(self._command) as reader:
            facts = reader.read(parts)
        self._save(_Index(entries={**known, str(parts[0]): _Entry(stamp=stamp, facts=facts)}))
        return facts

    def _load(self) -> _Index:
        try:
            found = _Index.model_validate_json(read_private(self._path, LARGEST))
        except FileNotFoundError:
            return _Index(entries={})
        except (OSError, ValidationError) as error:
            log.info("the model index is made anew: %s", error)
            return _Index(entries={})
        return found if found.version == VERSION else _Index(entries={})

    def _save(self, index: _Index) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._path, index.model_dump_json().encode(), durable=False)
        except OSError as error:
            log.warning("the model index cannot be kept: %s", error)


def stamp_of(parts: tuple[Path, ...]) -> Stamp:
    """What changes when a file of the model does."""
    found = []
    for part in parts:
        try:
            status = part.stat()
        except OSError:
            found.append((-1, -1))
        else:
            found.append((status.st_size, status.st_mtime_ns))
    return tuple(found)
