"""Renames, which a reader or a virus scanner holds up for a moment on Windows."""

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
