"""What an archive of a release holds, read one entry after the other."""

import gzip
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import IO

from tray.infrastructure.engines.archive_names import Unsafe

DAMAGE = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
)
"""What reading raises for a damaged archive; entries may raise it as well."""
_SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX
_ENCRYPTED = 1
LONGEST_LINK = 4096
LONGEST_HEADER = 4 << 20


class EntryKind(Enum):
    FILE = auto()
    FOLDER = auto()
    LINK = auto()


@dataclass(frozen=True)
class Entry:
    """``target`` is a link's; ``content`` may be read until the next entry is asked for."""

    name: str
    kind: EntryKind
    executable: bool = False
    target: str = ""
    content: IO[bytes] | None = None


def entries(archive: Path) -> Iterator[Entry]:
    """Every entry of a .zip or .tar.gz; raises Unsafe and what is in ``DAMAGE``."""
    if archive.name.endswith(".zip"):
        yield from _of_zip(archive)
    else:
        yield from _of_tar(archive)


def _of_tar(archive: Path) -> Iterator[Entry]:
    with _Unpacked(archive) as content, tarfile.open(fileobj=content, mode="r:") as tar:
        for member in tar:
            if member.mode & _SPECIAL:
                raise Unsafe(f"a file with special rights: {ascii(member.name)[:80]}")
            executable = bool(member.mode & stat.S_IXUSR)
            if member.isdir():
                yield Entry(member.name, EntryKind.FOLDER)
            elif member.issym():
                yield Entry(member.name, EntryKind.LINK, target=member.linkname)
            elif member.isreg():
                yield Entry(
                    member.name, EntryKind.FILE, executable, content=tar.extractfile(member)
                )
            else:
                raise Unsafe(f"something that is no file: {ascii(member.name)[:80]}")


class _Unpacked(gzip.GzipFile):
    """The tar in a .tar.gz; tarfile would take a header of any size into memory."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= LONGEST_HEADER:
            raise Unsafe("a header that is far too long")
        return super().read(size)


def _of_zip(archive: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(archive) as packed:
        for info in packed.infolist():
            mode = info.external_attr >> 16
            # The raw name: zipfile cuts names at a zero byte.
            name = info.orig_filename
            if info.flag_bits & _ENCRYPTED:
                raise Unsafe(f"an encrypted file: {ascii(name)[:80]}")
            if mode & _SPECIAL:
                raise Unsafe(f"a file with special rights: {ascii(name)[:80]}")
            if info.is_dir():
                yield Entry(name, EntryKind.FOLDER)
            elif stat.S_ISLNK(mode):
                with packed.open(info) as link:
                    target = link.read(LONGEST_LINK).decode("utf-8", "replace")
                yield Entry(name, EntryKind.LINK, target=target)
            elif stat.S_IFMT(mode) in (0, stat.S_IFREG):
                with packed.open(info) as content:
                    yield Entry(name, EntryKind.FILE, bool(mode & stat.S_IXUSR), content=content)
            else:
                raise Unsafe(f"something that is no file: {ascii(name)[:80]}")
