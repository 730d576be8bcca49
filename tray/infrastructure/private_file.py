"""Files only this user can read, replaced whole or not at all.

The one way Paddock saves anything: a reader, or a power cut, finds the old
content or the new one and never a mixture.
"""

import errno
import os
import stat
import sys
import time
from pathlib import Path

from tray.infrastructure.renaming import rename, sync_folder

LARGEST = 1 << 20
_STALE_SECONDS = 60.0
_LONGEST_HELD = 0.4


def write_private(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replace ``path`` (mode 0600) by ``content``; ``durable`` outlives a power cut.

    A link at ``path`` is replaced itself, its target is left alone. Raises
    OSError and leaves the old file when anything fails.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        _create(temporary, content, durable)
        rename(temporary, path, _LONGEST_HELD)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if durable:
        sync_folder(path.parent)
    _sweep(path)


def read_private(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a regular file of this user, at most ``largest`` bytes.

    Raises OSError for anything else: a link, a pipe, a folder, another
    user's file, one that is too large.
    """
    flags = os.O_RDONLY
    if sys.platform == "win32":
        flags |= os.O_BINARY
        if path.is_symlink():
            raise OSError(errno.EINVAL, "a symbolic link", str(path))
    else:
        # O_NONBLOCK: opening a planted pipe must not wait for its writer.
        flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = _open(path, flags)
    try:
        _check(os.fstat(handle), path, largest)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(largest)
    finally:
        os.close(handle)


def _open(path: Path, flags: int) -> int:
    try:
        return os.open(path, flags)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "a symbolic link", str(path)) from error
        raise


def _check(found: os.stat_result, path: Path, largest: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "something that is not a file", str(path))
    if sys.platform != "win32" and found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "a file of another user", str(path))
    if found.st_size > largest:
        raise OSError(errno.EFBIG, f"a file larger than {largest} bytes", str(path))


def _create(temporary: Path, content: bytes, durable: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    if sys.platform == "win32":
        flags |= os.O_BINARY
    else:
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def _sweep(path: Path) -> None:
    """Remove what killed savers left; younger files may be another saver's."""
    oldest = time.time() - _STALE_SECONDS
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        try:
            if left.lstat().st_mtime < oldest:
                left.unlink()
        except OSError:
            continue


def set_aside(path: Path) -> Path:
    """Rename a bad file to ``<name>.bad-<time>``, over none that is there. Raises OSError."""
    stamp = time.strftime("%Y%m%dT%H%M%S")
    aside = path.with_name(f"{path.name}.bad-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.bad-{stamp}-{number}")
    return path.rename(aside)
