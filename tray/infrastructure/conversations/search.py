"""Lists of conversations: the newest, and those with certain words."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from tray.infrastructure.conversations.excerpt import excerpt
from tray.infrastructure.conversations.literal import in_index, literally
from tray.infrastructure.conversations.schema import FILE, FILE_SHIFT, SHIFT
from tray.models.conversation import ConversationLine

if TYPE_CHECKING:
    from sqlite3 import Connection

_NEWEST = """
    SELECT id, title, pinned, updated FROM conversations WHERE deleted = 0
    ORDER BY pinned DESC, updated DESC LIMIT ?
"""
_MESSAGES = f"""
    SELECT rowid >> {SHIFT}, min(rowid) FROM message_words
    WHERE message_words MATCH ? GROUP BY 1
"""  # noqa: S608 - a number of ours
_FILES = f"""
    SELECT rowid >> {SHIFT + FILE_SHIFT}, min(rowid) FROM file_words
    WHERE file_words MATCH ? GROUP BY 1
"""  # noqa: S608 - a number of ours
_TITLES = "SELECT rowid, rowid FROM title_words WHERE title_words MATCH ?"
_ORDER = "SELECT number FROM conversations WHERE deleted = 0 ORDER BY pinned DESC, updated DESC"
_LINE = "SELECT id, title, pinned, updated FROM conversations WHERE number = ?"
_MESSAGE = "SELECT content FROM messages WHERE number = ?"
_FILE = f"""
    SELECT name, CASE kind WHEN 'text' THEN substr(content, 1, ?) ELSE x'' END FROM attachments
    WHERE message = ? AND number & {FILE} = ?
"""  # noqa: S608 - a number of ours
_LONG_FILES, _EACH_FILE = 4_000_000, 20_000
"""Bytes looked through: of all files together, and of each one beyond that."""

Found = tuple[str | None, str | None]
"""The text around what was found, and the name of the file it is in."""


def newest(database: "Connection", most: int) -> tuple[ConversationLine, ...]:
    """Pinned ones first, then the last written in."""
    rows = database.execute(_NEWEST, (most,))
    return tuple(_line(row, (None, None)) for row in rows)


def search(database: "Connection", words: Sequence[str], most: int) -> tuple[ConversationLine, ...]:
    """Those with all ``words`` (or longer ones) in a message, a file or the title.

    What is shown of them is from the first of these.
    """
    titles, messages, files = _places(database, words)
    order = (number for (number,) in database.execute(_ORDER))
    listed = (one for one in order if one in messages or one in files or one in titles)
    left = _LONG_FILES
    lines = []
    for number in islice(listed, most):
        found: Found = (None, None)
        if number in messages:
            found = _in_message(database, words, messages[number])
        elif number in files:
            found, read = _in_file(database, words, files[number], max(left, _EACH_FILE))
            left -= read
        lines.append(_line(database.execute(_LINE, (number,)).fetchone(), found))
    return tuple(lines)


def _places(database: "Connection", words: Sequence[str]) -> list[dict[int, int]]:
    """Of titles, messages and files: the conversations with all words, and where first.

    What no word begins with is looked for within them: Chinese text leaves no space around
    a Latin word either. That takes tens of milliseconds for 10,000 conversations.
    """
    if not all(map(in_index, words)):
        return literally(database, words)
    # Quoted, a word is never an operator of the query language.
    asked = (" ".join('"{}"*'.format(word.replace('"', '""')) for word in words),)
    # A join of them all takes longer than their answers put together here.
    found = [dict(database.execute(query, asked)) for query in (_TITLES, _MESSAGES, _FILES)]
    return found if any(found) else literally(database, words)


def _line(row: tuple[str, str, int, float], found: Found) -> ConversationLine:
    id_, title, pinned, updated = row
    text, name = found
    return ConversationLine(
        id=id_, title=title, pinned=bool(pinned), updated=updated, found=text, found_in=name
    )


# FTS5's snippet() does the whole search again for each row.
def _in_message(database: "Connection", words: Sequence[str], number: int) -> Found:
    (content,) = database.execute(_MESSAGE, (number,)).fetchone()
    return excerpt(content, words), None


def _in_file(
    database: "Connection", words: Sequence[str], number: int, most: int
) -> tuple[Found, int]:
    """What was found, and how many bytes were read for it."""
    name, content = database.execute(_FILE, (most, number >> FILE_SHIFT, number & FILE)).fetchone()
    return (excerpt(content.decode(errors="ignore"), words), name), len(content)
