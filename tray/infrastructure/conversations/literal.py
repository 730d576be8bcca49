"""Words that the index of words cannot find, looked for letter by letter.

The index knows a word by what is around it: Chinese, Japanese, Thai, Lao, Khmer and Burmese
have no space there, so a whole sentence is one word to it; and an emoji is none.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tray.infrastructure.conversations.schema import DRAFT, EDIT, FILE, FILE_SHIFT, SHIFT

if TYPE_CHECKING:
    from sqlite3 import Connection

_RUNS_ON = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WILD = re.compile(r"[\\%_]")
_TITLES = ("SELECT number, number FROM conversations", "title LIKE {}")
_MESSAGES = (
    f"SELECT number >> {SHIFT}, min(number) FROM messages",  # noqa: S608 - a number of ours
    "content LIKE {}",
)
_SENT = f"(SELECT * FROM attachments WHERE (message & {DRAFT}) < {EDIT})"  # noqa: S608 - our numbers
_FILE_NUMBER = f"(message << {FILE_SHIFT}) | (number & {FILE})"
_FILES = (
    f"SELECT message >> {SHIFT}, min({_FILE_NUMBER}) FROM {_SENT}",  # noqa: S608 - our numbers
    "(name LIKE {} OR (kind = 'text' AND CAST(content AS TEXT) LIKE {}))",
)
"""Rows with their conversation and their number in the index, and what is true of those sought."""


def in_index(word: str) -> bool:
    """Whether the index of words can find it."""
    return any(map(str.isalnum, word)) and not _RUNS_ON.search(word)


def literally(database: "Connection", words: Sequence[str]) -> list[dict[int, int]]:
    """Of titles, messages and files: the conversations with all words, and where first."""
    patterns = ["%" + _WILD.sub(r"\\\g<0>", word) + "%" for word in words]
    found = []
    for rows, test in (_TITLES, _MESSAGES, _FILES):
        tests = [test.replace("{}", f"?{n} ESCAPE '\\'") for n in range(1, len(words) + 1)]
        query = f"{rows} WHERE {' AND '.join(tests)} GROUP BY 1"
        found.append(dict(database.execute(query, patterns)))
    return found
