"""Bytes appended to a file that makes room for itself.

Our own class because importing logging.handlers costs the resident half a
megabyte, and because its handlers tear a record when the disk is full.
"""

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path


def rotated(path: Path, age: int) -> Path:
    """Where ``path`` lies after ``age`` rotations ("paddock.log", "paddock.1.log")."""
    return path.with_name(f"{path.stem}.{age}{path.suffix}") if age else path


class RotatingFile:
    """At most ``files`` files of about ``largest`` bytes; 0600, never through a link."""

    def __init__(self, path: Path, largest: int, files: int) -> None:
        self.path = path
        self._largest = largest
        self._files = files
        self._handle: int | None = None

    def append(self, data: bytes) -> None:
        """Write all of ``data`` or nothing. Raises OSError; a later try may succeed."""
        handle, size = self._ready(len(data))
        written = 0
        try:
            while written < len(data):
                written += os.write(handle, data[written:])
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(handle, size)
            self.close()
            raise

    def close(self) -> None:
        """Close the file; the next append opens it again."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _ready(self, coming: int) -> tuple[int, int]:
        """An open handle with room for ``coming`` bytes, and the file's size."""
        handle = self._open()
        found = os.fstat(handle)
        if found.st_nlink == 0:
            self.close()
        elif found.st_size and found.st_size + coming > self._largest:
            self._rotate(found)
        else:
            return handle, found.st_size
        handle = self._open()
        return handle, os.fstat(handle).st_size

    def _open(self) -> int:
        if self._handle is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            if sys.platform == "win32":
                flags |= os.O_BINARY
            else:
                flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
            handle = os.open(self.path, flags, 0o600)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                os.close(handle)
                raise OSError(errno.EINVAL, "something that is not a file", str(self.path))
            self._handle = handle
        return self._handle

    def _rotate(self, ours: os.stat_result) -> None:
        self.close()
        try:
            if os.path.samestat(self.path.lstat(), ours):
                for age in range(self._files - 1, 0, -1):
                    with contextlib.suppress(FileNotFoundError):
                        rotated(self.path, age - 1).replace(rotated(self.path, age))
        except OSError:
            # A reader on Windows or a read-only folder: grow for a while instead.
            if ours.st_size > 2 * self._largest:
                raise
