"""Pure: paths as they are shown; what is executed, exported or JSON has them whole."""

from pathlib import Path


def shown_path(path: Path, home: Path) -> str:
    """Below ``home`` it begins with "~"."""
    if not path.is_relative_to(home):
        return str(path)
    return str("~" / path.relative_to(home))
