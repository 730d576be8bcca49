"""The files of the page: a fixed folder, plain names, known types."""

import os
import re
import zlib
from functools import lru_cache
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

    ``packed`` as gzip, if it is text: a browser counts the bytes of a page.
    """
    file = folder / relative
    content_type = _TYPES.get(file.suffix)
    if content_type is None or not file.resolve().is_relative_to(folder.resolve()):
        return None
    packed = packed and file.suffix in _PACKED
    try:
        content = _made(file, packed, _marks(file))
    except OSError:
        return None
    return Answer(200, content, content_type, packed=packed)


def _marks(file: Path) -> frozenset[tuple[str, int, int]]:
    """What tells that a file it may be made of has changed, as while one works on the page."""
    with os.scandir(file.parent) as entries:
        kin = [entry for entry in entries if entry.name.endswith(file.suffix)]
    stats = [(entry.name, entry.stat(follow_symlinks=False)) for entry in kin]
    return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=32)
def _made(file: Path, packed: bool, _of: frozenset[tuple[str, int, int]]) -> bytes:
    """Made once: joining and packing the scripts takes some ten milliseconds."""
    content = _content(file)
    if not packed:
        return content
    packer = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    return packer.compress(content) + packer.flush()


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
