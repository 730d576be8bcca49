"""What changes when a file of a model does."""

import os
import sys
from pathlib import Path

Stamp = tuple[tuple[int, int], ...]
"""Size in bytes and time of change in ns of each file of a model."""
GONE = (-1, -1)


def stamp_of(parts: tuple[Path, ...]) -> Stamp:
    """Of a model with these files."""
    return tuple(map(_stamp, parts))


def entry_stamp(entry: os.DirEntry[str]) -> Stamp:
    """Of a model with this one file."""
    if sys.platform == "win32":
        # What a folder says of a file there may be older than the file.
        return (_stamp(entry.path),)
    try:
        status = entry.stat()
    except OSError:
        return (GONE,)
    return ((status.st_size, status.st_mtime_ns),)


def size_of(stamp: Stamp) -> int:
    """Bytes of all files together; what is gone does not count."""
    return sum(max(size, 0) for size, _ in stamp)


def _stamp(path: Path | str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return GONE
    return status.st_size, status.st_mtime_ns
