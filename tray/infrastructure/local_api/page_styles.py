"""The page's stylesheet with all it imports: one request, however many files it is made of."""

import re
from pathlib import Path

_IMPORT = re.compile(r'^@import "\./(\w+\.css)";\n', re.MULTILINE)


def joined_styles(file: Path) -> str:
    """The text of a sheet with each import replaced by that sheet. Raises OSError."""
    return _IMPORT.sub(lambda found: joined_styles(file.parent / found[1]), file.read_text("utf-8"))
