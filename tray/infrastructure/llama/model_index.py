"""What was read of models, kept in a file, so that each is read once and not at every look."""

import logging
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.llama.model_facts import FactsReader
from tray.infrastructure.llama.model_name import part_paths
from tray.infrastructure.private_file import read_private, write_private
from tray.models.base import Frozen
from tray.models.catalog import FoundModel, ModelFacts

VERSION = 1
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


class ModelIndex:
    """Facts by path, size and time of change. The file may be lost at any time."""

    def __init__(self, path: Path, reader_command: tuple[str, ...]) -> None:
        self._path = path
        self._command = reader_command

    def facts_of(self, models: tuple[FoundModel, ...]) -> list[ModelFacts]:
        """The facts of each model in the same order; unknown and changed ones are read."""
        known = self._load().entries
        entries: dict[str, _Entry] = {}
        with FactsReader(self._command) as reader:
            for model in models:
                parts = part_paths(model.path)
                stamp = _stamp(parts)
                entry = known.get(str(model.path))
                if entry is None or entry.stamp != stamp:
                    entry = _Entry(stamp=stamp, facts=reader.read(parts))
                entries[str(model.path)] = entry
        if entries != known:
            self._save(_Index(entries=entries))
        return [entries[str(model.path)].facts for model in models]

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


def _stamp(parts: tuple[Path, ...]) -> Stamp:
    found = []
    for part in parts:
        try:
            status = part.stat()
        except OSError:
            found.append((-1, -1))
        else:
            found.append((status.st_size, status.st_mtime_ns))
    return tuple(found)
