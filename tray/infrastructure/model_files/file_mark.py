"""How a model's file is known again after it was moved or renamed."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from tray.models.base import Frozen

TAIL = 64 << 10
"""Bytes at the end of a file, where two models never have the same weights."""


class FileMark(Frozen):
    """Size in bytes, and the SHA-256 of the end in hex."""

    size: int
    tail: str


def mark_of(path: Path) -> FileMark | None:
    """The mark of a file; ``None`` for one that is not there or empty, or a relative path."""
    if not path.is_absolute():
        return None
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - TAIL))
            tail = hashlib.sha256(file.read(TAIL)).hexdigest()
    except (OSError, ValueError):
        return None
    return FileMark(size=size, tail=tail) if size else None


def former_place(path: Path, marks: Mapping[str, FileMark]) -> str | None:
    """Where this file lay when it was marked, if nothing lies there any more."""
    try:
        size = path.stat().st_size if path.is_absolute() else 0
    except (OSError, ValueError):
        # A ValueError is for what no path can have, a NUL.
        return None
    places = [place for place, mark in marks.items() if mark.size == size]
    places = [place for place in places if not os.path.lexists(place)]
    mark = mark_of(path) if places else None
    return next((place for place in places if marks[place] == mark), None)
