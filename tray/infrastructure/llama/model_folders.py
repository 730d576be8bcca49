"""Finds the GGUF models below a set of folders."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tray.infrastructure.llama.gguf_header import HeaderError, header_words, read_header
from tray.infrastructure.llama.model_name import is_projector_name, model_name, part_paths
from tray.infrastructure.llama.unique_names import unique_names
from tray.models.catalog import BrokenModel, FoundModel

DEEPEST = 8
MOST_ENTRIES = 50_000
MOST_MODELS = 2_000
log = logging.getLogger(__name__)


@dataclass
class _Search:
    """What one search has seen: real paths of folders and files, entries read, misfits."""

    folders: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    broken: list[BrokenModel] = field(default_factory=list)
    entries: int = 0
    knows: Callable[[Path], bool] = lambda _: False


def find_models(folders: tuple[Path, ...]) -> tuple[FoundModel, ...]:
    """Every model below ``folders``, sorted by name, each name once.

    A split model counts once, with all its parts there; projectors, adapters and
    unfinished downloads do not count, nor does a second link to the same file.
    A folder that cannot be read is logged and passed over. Depth, entries and
    results are bounded.
    """
    return search_models(folders)[0]


def search_models(
    folders: tuple[Path, ...],
    knows: Callable[[Path], bool] = lambda _: False,
) -> tuple[tuple[FoundModel, ...], tuple[BrokenModel, ...]]:
    """The same, and the files that are named as models and cannot be any.

    ``knows`` tells of a file that it was seen to begin a model: it is not read again.
    """
    search = _Search(knows=knows)
    found: list[tuple[Path, tuple[Path, ...]]] = []
    for folder in folders:
        for path, real in _gguf_files(folder, DEEPEST, search):
            parts = _model_parts(path, real, search)
            if parts:
                found.append((folder, parts))
            if len(found) >= MOST_MODELS:
                log.warning("more than %s models: the rest is not listed", MOST_MODELS)
                return _models(found), tuple(search.broken)
    return _models(found), tuple(search.broken)


def _gguf_files(folder: Path, depth: int, search: _Search) -> Iterator[tuple[Path, str]]:
    """Files named ``*.gguf`` and their real paths, in order of name; links are followed once."""
    real = os.path.realpath(folder)
    if depth < 0 or real in search.folders:
        return
    search.folders.add(real)
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("cannot search %s: %s", folder, error.strerror)
        return
    for entry in entries:
        search.entries += 1
        if search.entries > MOST_ENTRIES:
            log.warning("stopped searching %s: more than %s entries", folder, MOST_ENTRIES)
            return
        if entry.name.lower().endswith(".gguf"):
            # Resolving a whole path for every file would take most of the search's time.
            path = os.path.join(real, entry.name)
            yield Path(entry.path), os.path.realpath(path) if entry.is_symlink() else path
        elif not entry.name.startswith(".") and _is_folder(entry):
            yield from _gguf_files(Path(entry.path), depth - 1, search)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _model_parts(path: Path, real: str, search: _Search) -> tuple[Path, ...]:
    """All files of the model that begins with ``path``; empty if none does."""
    if model_name(path).part != 1 or is_projector_name(path) or not _is_text(path):
        return ()
    parts = part_paths(path)
    try:
        if not search.knows(path) and not _begins_model(path, parts, search):
            return ()
    except (HeaderError, OSError) as error:
        log.info("passed over %s: %s", path, error)
        words = header_words(error) if isinstance(error, HeaderError) else _system_words(error)
        search.broken.append(BrokenModel(path=path, reason=words))
        return ()
    if real in search.files:
        return ()
    search.files.add(real)
    return parts


def _begins_model(path: Path, parts: tuple[Path, ...], search: _Search) -> bool:
    """Whether all files are there and the first is a model's. Raises HeaderError, OSError."""
    missing = sum(not part.is_file() for part in parts)
    if missing and len(parts) > 1:
        words = f"{missing} of its {len(parts)} files are missing"
        search.broken.append(BrokenModel(path=path, reason=words))
    return not missing and read_header(path).is_model


def _system_words(error: OSError) -> str:
    return f"it cannot be read ({error.strerror or error})"


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        log.warning("passed over a file whose name is not valid text: %s", ascii(str(path)))
        return False
    return True


def _models(found: list[tuple[Path, tuple[Path, ...]]]) -> tuple[FoundModel, ...]:
    names = unique_names([(folder, parts[0]) for folder, parts in found])
    models = (
        FoundModel(name=name, path=parts[0], size=_size(parts), parts=len(parts))
        for name, (_, parts) in zip(names, found, strict=True)
    )
    return tuple(sorted(models, key=lambda model: (model.name.casefold(), str(model.path))))


def _size(parts: tuple[Path, ...]) -> int:
    total = 0
    for part in parts:
        try:
            total += part.stat().st_size
        except OSError:
            log.info("%s went away while it was listed", part)
    return total
