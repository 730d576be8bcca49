"""The files of the page: a fixed folder, plain names, known types."""

import re
from pathlib import Path

from tray.infrastructure.local_api.answers import Answer

PREFIX = "/web/"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def page_path(path: str) -> str | None:
    """The file a request path asks for, relative to the page's folder.

    ``None`` for what is no path of the page: every part must be a plain name,
    so nothing climbs, hides or changes drive.
    """
    relative = "index.html" if path == "/" else path.removeprefix(PREFIX)
    if path != "/" and not path.startswith(PREFIX):
        return None
    return relative if all(map(_NAME.fullmatch, relative.split("/"))) else None


def page_answer(folder: Path, relative: str) -> Answer | None:
    """The file's content, or ``None`` if the page has no such file."""
    file = folder / relative
    content_type = _TYPES.get(file.suffix)
    if content_type is None or not file.resolve().is_relative_to(folder.resolve()):
        return None
    try:
        return Answer(200, file.read_bytes(), content_type)
    except OSError:
        return None
