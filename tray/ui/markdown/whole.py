"""A whole document at once."""

import re
from typing import Any

from tray.ui.markdown.blocks import block_html, define, parse_blocks

_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def normalize(text: str) -> str:
    """``text`` with ``\\n`` line ends; NUL and lone surrogates become U+FFFD."""
    return _NOT_TEXT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def render(text: str) -> tuple[str, ...]:
    """Safe HTML of each top-level block of ``text``, in order."""
    known: dict[str, Any] = {}
    html: list[str] = []
    for block in parse_blocks(normalize(text)):
        if block.tokens:
            html.append(block_html(block, known))
        define(known, block)
    return tuple(html)
