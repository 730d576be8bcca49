"""Pure: paths as people write them in settings."""

from pathlib import Path


def absolute_path(path: Path, *, home: Path, base: Path) -> Path:
    """``~`` is ``home``; a relative path starts at ``base``. Links stay as they are."""
    text = str(path)
    if text == "~" or text.startswith(("~/", "~\\")):
        return home / text[2:]
    return base / path
