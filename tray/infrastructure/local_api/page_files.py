"""The files of the page: a fixed folder, plain names, known types."""

import re
import zlib
from pathlib import Path

from tray.infrastructure.local_api.answers import Answer
from tray.infrastructure.local_api.page_modules import joined
from tray.infrastructure.local_api.page_styles import joined_styles

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
_PACKED = frozenset({".html", ".css", ".js", ".json", ".svg"})
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


def page_answer(folder: Path, relative: str, *, packed: bool) -> Answer | None:
    """The file's content, or ``None`` if the page has no such file.

    ``packed`` as gzip, if it is text: packing it all takes a few milliseconds, and a
    browser counts the bytes of a page.
    """
    file = folder / relative
    content_type = _TYPES.get(file.suffix)
    if content_type is None or not file.resolve().is_relative_to(folder.resolve()):
        return None
    try:
        content = _content(file)
    except OSError:
        return None
    if not packed or file.suffix not in _PACKED:
        return Answer(200, content, content_type)
    return Answer(200, _gzip(content), content_type, packed=True)


def _content(file: Path) -> bytes:
    match file.suffix:
        case ".js":
            return _module(file)
        case ".css":
            return joined_styles(file).encode()
    return file.read_bytes()


def _module(file: Path) -> bytes:
    sources = {each.name: each.read_text("utf-8") for each in file.parent.glob("*.js")}
    if file.name not in sources:
        raise FileNotFoundError(file)
    return joined(sources, file.name).encode()


def _gzip(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()
