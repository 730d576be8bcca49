"""Whether two paths mean the same file, however they are spelled."""

import os
from pathlib import Path


def same_file(one: Path, other: Path) -> bool:
    """Whether both lead to one file, by links, too; by spelling if it is gone."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        # A ValueError is for what no path can have: a NUL, a lone surrogate.
        return one == other


def same_entry(one: Path, other: Path) -> bool:
    """Whether both are one name in one folder: another link to the file is another entry."""
    if os.path.normcase(one.name) != os.path.normcase(other.name):
        return False
    return same_file(one.parent, other.parent)
