"""A file on its way: locked, continued where it ended, offered only when it is whole."""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.file_lock import open_lock, try_lock
from tray.infrastructure.hub.failures import failed, wrong_hash
from tray.models.download import HubFile

CHUNK = 1 << 20


def part_path(target: Path, file: HubFile) -> Path:
    """Named by content: what is left of another version is never continued."""
    return target.with_name(f"{target.name}.{file.sha256[:12]}.part")


class PartFile:
    """The part of ``target`` that has arrived. Closing keeps it for the next time."""

    def __init__(self, target: Path, file: HubFile) -> None:
        """Lock it. Raises OSError, and PaddockError when another Paddock has it."""
        self._target = target
        self._file = file
        self._path = part_path(target, file)
        self._handle = open_lock(self._path)
        self._hash = hashlib.sha256()
        self.size = 0
        try:
            if not try_lock(self._handle) or not self._is_current():
                raise failed(
                    "This download is running already",
                    f"Another Paddock downloads {file.path}. Wait until it is done.",
                )
        except BaseException:
            os.close(self._handle)
            raise

    def __enter__(self) -> "PartFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def take_stock(self, tell: Callable[[int], None]) -> None:
        """Hash what is there already; more than there may be is thrown away."""
        if os.fstat(self._handle).st_size > self._file.size:
            self.start_again()
        os.lseek(self._handle, 0, os.SEEK_SET)
        while data := os.read(self._handle, CHUNK):
            self._hash.update(data)
            self.size += len(data)
            tell(self.size)

    def start_again(self) -> None:
        """Throw away what is there."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        self._hash = hashlib.sha256()
        self.size = 0

    def add(self, data: bytes) -> None:
        """Append. Raises OSError; what fitted on the disk counts."""
        view = memoryview(data)
        while view:
            written = os.write(self._handle, view)
            self._hash.update(view[:written])
            self.size += written
            view = view[written:]

    def finish(self) -> None:
        """Make it the target, if it is what the index promised. Raises PaddockError, OSError."""
        if self.size != self._file.size or self._hash.hexdigest() != self._file.sha256:
            self._close()
            self._path.unlink()
            raise wrong_hash(self._file)
        os.fsync(self._handle)
        if sys.platform == "win32":
            self._close()
        self._path.replace(self._target)
        _sync_folder(self._target.parent)

    def _is_current(self) -> bool:
        """False when whoever had the lock finished, and the handle is of the finished file."""
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except FileNotFoundError:
            return False

    def _close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle != -1:
            os.close(handle)


def is_whole(target: Path, file: HubFile, tell: Callable[[int], None]) -> bool:
    """Whether the target is there with the promised content; the whole file is read."""
    try:
        if target.stat().st_size != file.size:
            return False
    except FileNotFoundError:
        return False
    found, size = hashlib.sha256(), 0
    with target.open("rb") as content:
        while data := content.read(CHUNK):
            found.update(data)
            size += len(data)
            tell(size)
    return found.hexdigest() == file.sha256


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
