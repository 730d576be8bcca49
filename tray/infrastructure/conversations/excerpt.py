"""Pure: the text around what was searched for."""

import re
import unicodedata
from collections.abc import Sequence

from tray.infrastructure.conversations.literal import in_index

_BEFORE, _AFTER = 30, 90
"""Characters shown before and after the beginning of what was found."""
_FOLDED = 20_000
"""Characters looked through for words with other marks; that is slow."""
_TRIES = 10_000
"""Places looked at that have the letters, and most often inside of a word."""
_LETTERS = re.compile(r"[^\W_]+")


def excerpt(text: str, words: Sequence[str]) -> str:
    """The text around the first of ``words`` that a word of it begins with.

    Else around the first that is within one, else its beginning.
    """
    wanted = [sought for word in words if (sought := _sought(word))]
    small = _small(text)
    start = _first(small, wanted)
    if start is None:
        start = _first(_plain(text[:_FOLDED]), [_plain(word) for word in wanted])
    if start is None:
        start = min((at for word in wanted if (at := small.find(word)) >= 0), default=0)
    first = max(start - _BEFORE, 0)
    if first:
        # From the beginning of a word, where there is one.
        first = next((i + 1 for i in range(first - 1, start) if text[i].isspace()), first)
    end = start + _AFTER
    return ("…" if first else "") + text[first:end] + ("…" if end < len(text) else "")


def _sought(word: str) -> str:
    letters = _LETTERS.search(word) if in_index(word) else None
    return letters[0].lower() if letters else word.lower()


def _first(text: str, words: Sequence[str]) -> int | None:
    places = (_place(text, word) for word in words)
    return min((place for place in places if place is not None), default=None)


def _place(text: str, word: str) -> int | None:
    """Where a word begins so. A pattern that says so is many times slower."""
    if not in_index(word):
        return None if (at := text.find(word)) < 0 else at
    at = -1
    for _ in range(_TRIES):
        at = text.find(word, at + 1)
        if at <= 0 or not text[at - 1].isalnum():
            return None if at < 0 else at
    return None


def _small(text: str) -> str:
    """The same number of characters: a Turkish "İ" would become two."""
    small = text.lower()
    return small if len(small) == len(text) else "".join(sign.lower()[0] for sign in text)


def _plain(text: str) -> str:
    """The same number of characters, small and without their marks, as the index has them."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", character)[0].lower()[0] for character in text)
