"""Unpacks archives into an empty folder: nothing outside, nothing but files, bounded."""

import os
from pathlib import Path

from tray.infrastructure.engines.archive import DAMAGE, Entry, EntryKind, entries
from tray.infrastructure.engines.archive_names import Unsafe, link_target, safe_parts
from tray.infrastructure.hub.failures import failed, refused

CHUNK = 1 << 20
MOST_ENTRIES = 5_000
MOST_BYTES = 8 << 30
# Libraries of CUDA shrink to a quarter; a bomb to a thousandth.
MOST_TIMES = 24
SLACK = 64 << 20
Parts = tuple[str, ...]


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack into ``folder``, which is empty; where the content begins.

    That is the one folder that holds everything, if there is one, else ``folder``.
    Raises PaddockError with the reason an archive is refused, and OSError.
    """
    try:
        _Unpacking(archive, folder).run()
    except Unsafe as unsafe:
        raise refused(
            "The archive is not safe to unpack",
            f"{archive.name} is refused: it holds {unsafe}. Nothing of it was kept.",
        ) from unsafe
    except DAMAGE as error:
        raise failed(
            "The archive is damaged", f"{archive.name} cannot be unpacked: {str(error)!a}."
        ) from error
    tops = list(folder.iterdir())
    alone = len(tops) == 1 and tops[0].is_dir() and not tops[0].is_symlink()
    return tops[0] if alone else folder


def add_missing(source: Path, target: Path) -> None:
    """Move what ``target`` does not have yet. Raises OSError."""
    for place in sorted(source.iterdir()):
        there = target / place.name
        if not os.path.lexists(there):
            place.rename(there)
        elif place.is_dir() and there.is_dir() and not there.is_symlink():
            add_missing(place, there)


class _Unpacking:
    def __init__(self, archive: Path, folder: Path) -> None:
        self._archive = archive
        self._folder = folder
        self._left = min(MOST_BYTES, archive.stat().st_size * MOST_TIMES + SLACK)
        self._seen: set[str] = set()
        self._links: dict[Parts, Parts] = {}

    def run(self) -> None:
        for count, entry in enumerate(entries(self._archive)):
            if count >= MOST_ENTRIES:
                raise Unsafe(f"more than {MOST_ENTRIES} files")
            parts = safe_parts(entry.name)
            if entry.kind is EntryKind.FOLDER:
                self._folders(self._folder.joinpath(*parts))
                continue
            self._take_name(entry, parts)
            if entry.kind is EntryKind.LINK:
                self._links[parts] = link_target(parts, entry.target)
            else:
                self._write(entry, self._folder.joinpath(*parts))
        for parts, target in self._links.items():
            self._link(parts, target)

    def _take_name(self, entry: Entry, parts: Parts) -> None:
        # Systems that do not tell case apart would write one over the other.
        key = "/".join(parts).casefold()
        if not parts or key in self._seen:
            raise Unsafe(f"a name twice: {ascii(entry.name)[:80]}")
        self._seen.add(key)

    def _folders(self, place: Path) -> None:
        try:
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise Unsafe("a file and a folder of one name") from None

    def _write(self, entry: Entry, place: Path) -> None:
        if entry.content is None:
            raise Unsafe(f"a file without content: {ascii(entry.name)[:80]}")
        self._folders(place.parent)
        if place.is_dir():
            raise Unsafe("a file and a folder of one name")
        mode = 0o700 if entry.executable else 0o600
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(place, flags | getattr(os, "O_BINARY", 0), mode)
        with os.fdopen(handle, "wb") as file:
            while data := entry.content.read(CHUNK):
                self._left -= len(data)
                if self._left < 0:
                    raise Unsafe("far more than its size promises")
                file.write(data)
            # The receipt that calls it an engine must not outlive its files in a power cut.
            file.flush()
            os.fsync(file.fileno())

    def _link(self, parts: Parts, target: Parts) -> None:
        """Links come last, so nothing is ever written through one."""
        place, wanted = self._folder.joinpath(*parts), self._followed(target)
        if not self._folder.joinpath(*wanted).is_file():
            raise Unsafe(f"a link to nothing: {ascii('/'.join(parts))[:80]}")
        self._folders(place.parent)
        if place.exists():
            raise Unsafe("a link and a folder of one name")
        place.symlink_to(os.path.relpath(self._folder.joinpath(*wanted), place.parent))

    def _followed(self, target: Parts) -> Parts:
        """The end of a chain of links (``.so`` → ``.so.0`` → ``.so.0.1``)."""
        for _ in range(len(self._links) + 1):
            if target not in self._links:
                return target
            target = self._links[target]
        raise Unsafe("links that lead in a circle")
