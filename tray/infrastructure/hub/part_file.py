"""A file on its way: locked, continued where it ended, offered only when it is whole."""

import errno
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.file_lock import open_lock, try_lock
from tray.infrastructure.hub.failures import running_elsewhere, wrong_hash
from tray.infrastructure.hub.follower import FileAt, Follower
from tray.infrastructure.model_files.name import PART
from tray.infrastructure.renaming import rename, sync_folder

CHUNK = 1 << 20
MOST_BYTES = 255
"""Of a file's name that the usual disks take."""
LOOK_EVERY = 64 << 20
"""Bytes between two looks whether the file still has its name."""
SEND_EVERY = 16 << 20
_CHECKING = 0.2


def part_path(target: Path, sha256: str) -> Path:
    """Named by content: what is left of another version is never continued."""
    ending = f".{sha256[:12]}{PART}"
    room = MOST_BYTES - len(ending)
    return target.with_name(target.name.encode()[:room].decode(errors="ignore") + ending)


class PartFile:
    """The part of ``target`` that has arrived; whole it has ``whole`` bytes and ``sha256``.

    Closing keeps it for the next time. ``size`` bytes are here.
    """

    def __init__(self, target: Path, whole: int, sha256: str) -> None:
        """Lock it. Raises OSError, and PaddockError when another Paddock has it."""
        self._target = target
        self._whole = whole
        self._sha256 = sha256
        self._path = part_path(target, sha256)
        self._handle = open_lock(self._path)
        try:
            if not try_lock(self._handle) or not self._is_current():
                raise running_elsewhere(target)
            self.size = os.fstat(self._handle).st_size
        except BaseException:
            os.close(self._handle)
            raise
        if self.size > whole:
            os.ftruncate(self._handle, 0)
            self.size = 0
        self._file = FileAt(self._handle)
        self._follower = Follower(self._file, self.size)
        self._look_at = self.size + LOOK_EVERY
        self._sent_to_disk = self.size

    def __enter__(self) -> "PartFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def start_again(self) -> None:
        """Throw away what is there."""
        self._follower.end()
        os.ftruncate(self._handle, 0)
        self.size = self._sent_to_disk = 0
        self._look_at = LOOK_EVERY
        self._follower = Follower(self._file, 0)

    def add(self, data: bytes | memoryview) -> None:
        """Append; ``data`` must not change until five more were added.

        Raises OSError; what fitted on the disk counts.
        """
        piece = left = memoryview(data)
        while left:
            written = self._file.write(left, self.size)
            self.size += written
            left = left[written:]
        self._follower.take(piece)
        if self.size - self._sent_to_disk >= SEND_EVERY:
            self._send_to_disk()
        if self.size >= self._look_at:
            self._look_at = self.size + LOOK_EVERY
            self._must_be_current()

    def finish(self, checking: Callable[[], None] = lambda: None) -> None:
        """Make it the target, if it is what was promised. Raises PaddockError, OSError.

        ``checking`` is called now and then while the rest is hashed.
        """
        while not self._follower.caught_up(_CHECKING):
            checking()
        if self.size != self._whole or self._follower.digest() != self._sha256:
            self._close()
            self._path.unlink(missing_ok=True)
            raise wrong_hash(self._target)
        os.fsync(self._handle)
        self._must_be_current()
        if sys.platform == "win32":
            self._close()
        rename(self._path, self._target)
        sync_folder(self._target.parent)

    def _send_to_disk(self) -> None:
        """Have the disk begin with what has arrived, so that the last fsync is short."""
        if sys.platform == "linux":
            length = self.size - self._sent_to_disk
            os.posix_fadvise(self._handle, self._sent_to_disk, length, os.POSIX_FADV_DONTNEED)
        self._sent_to_disk = self.size

    def _must_be_current(self) -> None:
        if not self._is_current():
            raise OSError(errno.ENOENT, "the file or its folder was taken away meanwhile")

    def _is_current(self) -> bool:
        """False when whoever had the lock finished, and the handle is of the finished file."""
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except FileNotFoundError:
            return False

    def _close(self) -> None:
        handle, self._handle = self._handle, -1
        if handle != -1:
            self._follower.end()
            os.close(handle)


def is_whole(target: Path, size: int, sha256: str, tell: Callable[[int], None]) -> bool:
    """Whether the target is there with the promised content; the whole file is read."""
    try:
        if target.stat().st_size != size:
            return False
    except FileNotFoundError:
        return False
    found, read = hashlib.sha256(), 0
    with target.open("rb", buffering=0) as content:
        while data := content.read(CHUNK):
            found.update(data)
            read += len(data)
            tell(read)
    return found.hexdigest() == sha256


def throw_away(target: Path, sha256: str) -> None:
    """Remove what has arrived of ``target``, unless somebody is at it. Raises OSError."""
    path = part_path(target, sha256)
    if not path.exists():
        return
    handle = open_lock(path)
    try:
        if not try_lock(handle):
            raise running_elsewhere(target)
        if sys.platform != "win32":
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)
    if sys.platform == "win32":
        path.unlink(missing_ok=True)
