"""What removed conversations leave behind: their words in the search index, and in the log.

FTS5 only marks words as gone. They stay readable in the file until every segment of an
index is merged into one; that takes a second for 10,000 conversations, so it is done in
small steps. ``traces`` of the desk says that there is something to do, also to the next run.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tray.infrastructure.conversations.file import ConversationFile

if TYPE_CHECKING:
    from sqlite3 import Connection

_INDEXES = ("title_words", "message_words", "file_words")
_PAGES = 16
"""Pages of an index that one step writes, more or less."""


def left_traces(database: "Connection") -> None:
    """Note that conversations were removed."""
    database.execute("UPDATE desk SET traces = 1")


def clear_traces(file: ConversationFile) -> Iterator[bool]:
    """``True`` after each step, a transaction of some milliseconds. Raises PaddockError."""
    with file.transaction() as database:
        ((left,),) = database.execute("SELECT traces FROM desk").fetchall()
    if not left:
        return
    for index in _INDEXES:
        # A negative number begins to merge all there is, whatever is in it.
        pages = -_PAGES
        while _merged(file, index, pages):
            pages = _PAGES
            yield True
    file.empty_log()
    with file.transaction() as database:
        database.execute("UPDATE desk SET traces = 0")


def _merged(file: ConversationFile, index: str, pages: int) -> bool:
    """Whether there was anything to merge."""
    with file.transaction() as database:
        before = database.total_changes
        command = f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)"  # noqa: S608 - our words
        database.execute(command, (pages,))
        # The command itself counts as one change.
        return database.total_changes - before > 1
