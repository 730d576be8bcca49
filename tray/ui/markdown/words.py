"""An open block that ends in plain words: more of them are appended, not rendered.

Most of an answer is such words. Neither a block nor a mark within a line can begin, end
or change by them once their line has a letter, so what is shown grows by their text.
"""

import re

from tray.ui.markdown.bare_links import BEGIN

# Left out is what closes or makes something: brackets, quotes, ";" of an entity.
_MARKS = frozenset(" ,.:!?(/%+=-")
_CLOSING = re.compile(r"(?:\s*</(?:p|li|ul|ol|blockquote|h[1-6])>)*\s*\Z")
_LONGEST_CLOSING = 200


class OpenWords:
    """The words at the end of ``html``, of one open block. ``html`` is kept up to date."""

    def __init__(self, text: str, closing: str, spaces: str) -> None:
        self._text = text
        self._closing = closing
        self._spaces = spaces

    @property
    def html(self) -> str:
        return self._text + self._closing

    def feed(self, text: str) -> str | None:
        """The text to append for more source; ``None`` when that has to be rendered.

        Spaces are shown once a word comes after them.
        """
        if not all(map(_is_plain, text)):
            return None
        grown = self._spaces + text
        if BEGIN in self._text[1 - len(BEGIN) :] + grown:
            return None
        words = grown.rstrip(" ")
        self._spaces = grown[len(words) :]
        self._text += words
        return words


def open_words(html: str, source: str) -> OpenWords | None:
    """Of a block shown as ``html`` for all of ``source``; ``None`` unless plain words end both."""
    closing = _CLOSING.search(html, max(len(html) - _LONGEST_CLOSING, 0))
    words = _last_words(source)
    # The target of a definition may stand alone on its line, and is not shown.
    if closing is None or not words or "]:" in source:
        return None
    text = html[: closing.start()]
    shown = text[text.rfind(">") + 1 :]
    if len(shown) < len(words):
        # Behind a bare address, which is a link up to a space.
        words = shown.partition(" ")[2]
    spaces = source[len(source.rstrip(" ")) :]
    return OpenWords(text, closing[0], spaces) if words and shown.endswith(words) else None


def _last_words(source: str) -> str:
    """What is plain at the end of it and begins with a letter: no item's number, no mark."""
    start = len(source)
    while start and _is_plain(source[start - 1]):
        start -= 1
    while start < len(source) and not source[start].isalpha():
        start += 1
    return source[start:].rstrip(" ")


def _is_plain(sign: str) -> bool:
    return sign in _MARKS or sign.isalnum()
