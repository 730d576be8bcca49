"""Locks the kernel holds: they end with their process, however that happens."""

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_WAIT = 2.0
_PAUSE = 0.01


def open_lock(path: Path) -> int:
    """A handle of the file to lock, made if there is none; never through a link."""
    flags = os.O_RDWR | os.O_CREAT
    if sys.platform == "win32":
        flags |= os.O_BINARY
    else:
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, 0o600)


def try_lock(handle: int, *, shared: bool = False) -> bool:
    """Lock the file, or say that somebody else has. Raises OSError.

    Those who share it keep each other out on Windows alone, which knows no such lock here.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # flock, not lockf: a POSIX record lock vanishes as soon as any
            # other handle of the same file is closed in this process.
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else is in such a block meanwhile; whoever has waited too long goes in all the same.

    For what takes milliseconds. Raises OSError when there can be no such file.
    """
    handle = open_lock(path)
    try:
        deadline = time.monotonic() + LONGEST_WAIT
        while not try_lock(handle) and time.monotonic() < deadline:
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(handle)
