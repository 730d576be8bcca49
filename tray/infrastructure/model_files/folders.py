"""Finds the GGUF models below a set of folders."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from tray.infrastructure.model_files.file_stamp import Stamp, entry_stamp, size_of, stamp_of
from tray.infrastructure.model_files.gguf_header import HeaderError, header_words, read_header
from tray.infrastructure.model_files.name import (
    is_hidden,
    is_projector_name,
    parsed_name,
    part_paths,
)
from tray.infrastructure.model_files.split_files import SplitFiles, missing_words
from tray.infrastructure.model_files.unique_names import unique_names
from tray.models.catalog import BrokenModel, FoundModel

DEEPEST = 8
MOST_ENTRIES = 50_000
MOST_MODELS = 2_000
log = logging.getLogger(__name__)

Knows = Callable[[Path, Stamp], bool]


class SeenModel(NamedTuple):
    """A model's name, its first file, and all of its files as they are now."""

    name: str
    path: Path
    stamp: Stamp


class Found(NamedTuple):
    """What a search found. ``cut``: the folders hold more than one search looks at."""

    models: tuple[SeenModel, ...]
    broken: tuple[BrokenModel, ...]
    cut: bool = False


class _File(NamedTuple):
    """One that is named ``*.gguf``; ``real`` is where it lies without any link.

    ``splits`` knows the split models beside it.
    """

    path: Path
    real: str
    entry: os.DirEntry[str]
    splits: SplitFiles


@dataclass
class _Search:
    """What one search has seen: real paths of folders and files, entries read, misfits."""

    folders: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    broken: list[BrokenModel] = field(default_factory=list)
    entries: int = 0
    cut: bool = False
    knows: Knows = lambda _path, _stamp: False


def find_models(folders: tuple[Path, ...]) -> tuple[FoundModel, ...]:
    """Every model below ``folders``, sorted by name, each name once.

    A split model counts once, with all its parts there; projectors, adapters and
    unfinished downloads do not count, nor does a second link to the same file.
    A folder that cannot be read is logged and passed over. Depth, entries and
    results are bounded.
    """
    return tuple(map(found_model, search_models(folders).models))


def find_listed(folders: tuple[Path, ...]) -> tuple[FoundModel, ...]:
    """The same and, behind them, the files that only look like models: lists have those, too."""
    found = search_models(folders)
    misfits = (FoundModel(name=one.path.name, path=one.path, size=0) for one in found.broken)
    return (*map(found_model, found.models), *misfits)


def found_model(seen: SeenModel) -> FoundModel:
    """What a user is told of it."""
    return FoundModel(
        name=seen.name, path=seen.path, size=size_of(seen.stamp), parts=len(seen.stamp)
    )


def search_models(folders: tuple[Path, ...], knows: Knows = lambda _path, _stamp: False) -> Found:
    """The same, and the files that are named as models and cannot be any.

    ``knows`` tells of files that they were seen to be a model: they are not read again.
    """
    search = _Search(knows=knows)
    found: list[tuple[Path, Path, Stamp]] = []
    for folder in folders:
        for file in _gguf_files(folder, DEEPEST, search):
            stamp = _model_stamp(file, search)
            if stamp and len(found) >= MOST_MODELS:
                log.warning("more than %s models: the rest is not listed", MOST_MODELS)
                return Found(_named(found), tuple(search.broken), cut=True)
            if stamp:
                found.append((folder, file.path, stamp))
    return Found(_named(found), tuple(search.broken), search.cut)


def _gguf_files(folder: Path, depth: int, search: _Search) -> Iterator[_File]:
    """Files named ``*.gguf`` in order of name; links are followed once."""
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
    splits = SplitFiles(entry.name for entry in entries)
    for entry in entries:
        search.entries += 1
        if search.entries > MOST_ENTRIES:
            search.cut = True
            log.warning("stopped searching %s: more than %s entries", folder, MOST_ENTRIES)
            return
        if is_hidden(entry.name):
            continue
        if _is_folder(entry):
            # Some repositories are called "….GGUF", and so are their folders.
            yield from _gguf_files(Path(entry.path), depth - 1, search)
        elif entry.name.lower().endswith(".gguf"):
            # Resolving a whole path for every file would take most of the search's time.
            path = f"{real}{os.sep}{entry.name}"
            file = os.path.realpath(path) if entry.is_symlink() else path
            yield _File(folder / entry.name, file, entry, splits)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _model_stamp(file: _File, search: _Search) -> Stamp:
    """Of all files of the model that begins with this one; empty if none does."""
    path = file.path
    name = parsed_name(file.entry.name)
    if is_projector_name(path) or not _is_text(path):
        return ()
    if name.parts > 1 and not _is_whole(file, search):
        return ()
    parts = (path,) if name.parts == 1 else part_paths(path)
    stamp = entry_stamp(file.entry) if name.parts == 1 else stamp_of(parts)
    try:
        if not search.knows(path, stamp) and not _begins_model(path, parts, search):
            return ()
    except (HeaderError, OSError) as error:
        log.info("passed over %s: %s", path, error)
        words = header_words(error) if isinstance(error, HeaderError) else _system_words(error)
        search.broken.append(BrokenModel(path=path, reason=words))
        return ()
    if file.real in search.files:
        return ()
    search.files.add(file.real)
    return stamp


def _begins_model(path: Path, parts: tuple[Path, ...], search: _Search) -> bool:
    """Whether all files are there and the first is a model's. Raises HeaderError, OSError."""
    missing = [part for part in parts if not part.is_file()]
    if missing and len(parts) > 1:
        words = missing_words(len(parts), len(missing), missing[0].name)
        search.broken.append(BrokenModel(path=path, reason=words))
    elif missing and path.is_symlink():
        words = "it is a link to a file that is not there"
        search.broken.append(BrokenModel(path=path, reason=words))
    return not missing and read_header(path).is_model


def _is_whole(file: _File, search: _Search) -> bool:
    """Whether a split model begins here and has a file of every name; one that lacks some
    is one misfit, unless they are still on their way.
    """
    name = file.entry.name
    missing = file.splits.missing_words(name)
    if missing is None:
        return parsed_name(name).part == 1
    if file.splits.is_first(name) and not file.splits.is_arriving(name):
        search.broken.append(BrokenModel(path=file.path, reason=missing))
    return False


def _system_words(error: OSError) -> str:
    return f"it cannot be read ({error.strerror or error})"


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        log.warning("passed over a file whose name is not valid text: %s", ascii(str(path)))
        return False
    return True


def _named(found: list[tuple[Path, Path, Stamp]]) -> tuple[SeenModel, ...]:
    names = unique_names([(folder, path) for folder, path, _ in found])
    models = [
        SeenModel(name, path, stamp) for name, (_, path, stamp) in zip(names, found, strict=True)
    ]
    models.sort(key=lambda model: (model.name.casefold(), str(model.path)))
    return tuple(models)
