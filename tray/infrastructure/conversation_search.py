"""Lists of conversations: the newest, and those with certain words."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from tray.infrastructure.conversation_schema import SHIFT

if TYPE_CHECKING:
    from sqlite3 import Connection

Row = tuple[str, str, int, float, str | None]
"""Id, title, pinned, updated, the text around what was found."""

_NEWEST = """
    SELECT id, title, pinned, updated, NULL FROM conversations WHERE deleted = 0
    ORDER BY pinned DESC, updated DESC LIMIT ?
"""
_HITS = f"""
    SELECT rowid >> {SHIFT}, min(rowid) FROM message_words
    WHERE message_words MATCH ? GROUP BY 1
"""  # noqa: S608 - a number of ours
_TITLES = "SELECT rowid, NULL FROM title_words WHERE title_words MATCH ?"
_ORDER = "SELECT number FROM conversations WHERE deleted = 0 ORDER BY pinned DESC, updated DESC"
_LINE = "SELECT id, title, pinned, updated FROM conversations WHERE number = ?"
_BEFORE, _AFTER = 30, 90
"""Characters shown before and after the beginning of what was found."""
_LOOKED_AT = 20_000


def newest(database: "Connection", most: int) -> list[Row]:
    """Pinned ones first, then the last written in."""
    return database.execute(_NEWEST, (most,)).fetchall()


def search(database: "Connection", words: Sequence[str], most: int) -> list[Row]:
    """Those with all ``words`` (or longer ones) in one message or in the title, in that order."""
    # Quoted, a word is never an operator of the query language.
    wanted = " ".join('"{}"*'.format(word.replace('"', '""')) for word in words)
    # A join of the three takes longer than their answers put together here.
    hits: dict[int, int | None] = dict(database.execute(_TITLES, (wanted,)))
    hits |= dict(database.execute(_HITS, (wanted,)))
    listed = (number for (number,) in database.execute(_ORDER) if number in hits)
    return [
        (*database.execute(_LINE, (number,)).fetchone(), _around(database, words, hits[number]))
        for number in islice(listed, most)
    ]


def excerpt(text: str, words: Sequence[str]) -> str:
    """The text around the first of ``words`` that a word of it begins with."""
    plain = _plain(text[:_LOOKED_AT])
    places = [re.search(rf"\b{re.escape(_plain(word))}", plain) for word in words]
    start = min((place.start() for place in places if place), default=0)
    first = text.rfind(" ", 0, max(start - _BEFORE, 0)) + 1
    end = start + _AFTER
    return ("…" if first else "") + text[first:end] + ("…" if end < len(text) else "")


def _plain(text: str) -> str:
    """The same number of characters, small and without their marks, as the index has them."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFD", character)[0].lower()[0] for character in text)


def _around(database: "Connection", words: Sequence[str], number: int | None) -> str | None:
    # FTS5's snippet() does the whole search again for each row.
    if number is None:
        return None
    row = database.execute("SELECT content FROM messages WHERE number = ?", (number,)).fetchone()
    return excerpt(row[0], words)
