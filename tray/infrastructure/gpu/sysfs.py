"""Values the kernel gives as files."""

from pathlib import Path


def text_of(path: Path) -> str | None:
    """The file's text without its line end; ``None`` when it is missing or refuses."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return None
