"""Why nothing is found in a folder, as a clause about it."""

import os
from pathlib import Path


def folder_trouble(folder: Path) -> str | None:
    """``None`` for a folder that can be searched."""
    if not folder.exists():
        return "it is not there"
    if not folder.is_dir():
        return "it is not a folder"
    return None if os.access(folder, os.R_OK | os.X_OK) else "it cannot be read"
