"""Renames: a reader or a virus scanner holds them up on Windows, a power cut may undo them."""

import errno
import os
import sys
import time
from pathlib import Path

HELD_UP = sys.platform == "win32"
LONGEST = 5.0
"""Seconds a scanner may take for what has just been written, or run for the first time."""
_PAUSE = 0.02


def rename(source: Path, target: Path, seconds: float = LONGEST) -> None:
    """Give a file or folder this name, over a file that has it. Raises OSError."""
    deadline = time.monotonic() + (seconds if HELD_UP else 0)
    while True:
        try:
            source.replace(target)
            return
        except PermissionError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(_PAUSE)


def sync_folder(folder: Path) -> None:
    """Have the disk keep the names in it, where its file system can. Raises OSError."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        # What folders shared with a virtual machine say, among others.
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)
