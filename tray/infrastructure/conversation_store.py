"""Conversations in SQLite, with full-text search."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tray.infrastructure.clock import wall_clock
from tray.infrastructure.conversation_file import ConversationFile
from tray.infrastructure.conversation_schema import SHIFT
from tray.infrastructure.conversation_search import newest, search
from tray.models.chat import ChatMessage, Role
from tray.models.conversation import Conversation, ConversationLine

if TYPE_CHECKING:
    from sqlite3 import Connection


class ConversationStore:
    """Satisfies the Conversations' store port. Any thread; failures are PaddockError.

    Unknown conversations are left alone. What is written is on the disk when a
    call returns.
    """

    def __init__(self, path: Path) -> None:
        self._file = ConversationFile(path)

    def close(self) -> None:
        self._file.close()

    def take_note(self) -> str | None:
        """What the user must be told once about the file."""
        return self._file.take_note()

    def find(self, words: Sequence[str], most: int) -> tuple[ConversationLine, ...]:
        """At most ``most`` conversations with all words in one message or in the title."""
        with self._file.transaction() as database:
            rows = search(database, words, most) if words else newest(database, most)
        return tuple(
            ConversationLine(id=id_, title=title, pinned=bool(pinned), updated=updated, found=found)
            for id_, title, pinned, updated, found in rows
        )

    def read(self, conversation: str) -> Conversation | None:
        with self._file.transaction() as database:
            row = database.execute(
                "SELECT number, title, pinned, updated, draft FROM conversations "
                "WHERE id = ? AND deleted = 0",
                (conversation,),
            ).fetchone()
            if row is None:
                return None
            number, title, pinned, updated, draft = row
            messages = _messages(database, number)
        return Conversation(
            id=conversation,
            title=title,
            pinned=bool(pinned),
            updated=updated,
            messages=messages,
            draft=draft,
        )

    def write(self, conversation: str, title: str, messages: Sequence[ChatMessage]) -> None:
        """Keep exactly these messages; ``title`` is for a conversation not kept yet."""
        with self._file.transaction() as database:
            number = _number(database, conversation, title)
            kept = _messages(database, number)
            same = _common(kept, messages)
            database.execute(
                "DELETE FROM messages WHERE number BETWEEN ? AND ?",
                ((number << SHIFT) + same, (number << SHIFT) + (1 << SHIFT) - 1),
            )
            database.executemany(
                "INSERT INTO messages VALUES (?, ?, ?)",
                [
                    ((number << SHIFT) + same + index, message.role.value, message.content)
                    for index, message in enumerate(messages[same:])
                ],
            )

    def write_answer(self, conversation: str, position: int, text: str) -> None:
        """Keep ``text`` as the answer that is message ``position``, from 0."""
        with self._file.transaction() as database:
            found = database.execute(
                "UPDATE conversations SET updated = ? WHERE id = ? RETURNING number",
                (wall_clock(), conversation),
            ).fetchall()
            for (number,) in found:
                database.execute(
                    "INSERT INTO messages VALUES (?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET content = excluded.content",
                    ((number << SHIFT) + position, Role.ASSISTANT.value, text),
                )

    def rename(self, conversation: str, title: str) -> None:
        self._set("title = ?", title, conversation)

    def pin(self, conversation: str, pinned: bool) -> None:
        self._set("pinned = ?", int(pinned), conversation)

    def hide(self, conversation: str, hidden: bool) -> None:
        """Take it out of every list, to be brought back or removed."""
        self._set("deleted = ?", int(hidden), conversation)

    def remove_hidden(self) -> None:
        """Remove for good what is hidden."""
        with self._file.transaction() as database:
            for (number,) in database.execute(
                "SELECT number FROM conversations WHERE deleted = 1"
            ).fetchall():
                first = number << SHIFT
                database.execute(
                    "DELETE FROM messages WHERE number BETWEEN ? AND ?",
                    (first, first + (1 << SHIFT) - 1),
                )
                database.execute("DELETE FROM conversations WHERE number = ?", (number,))

    def show(self, conversation: str | None) -> None:
        """Remember what the page shows; ``None`` is a chat not begun yet."""
        with self._file.transaction() as database:
            database.execute("UPDATE desk SET shown = ?", (conversation,))

    def shown(self) -> str | None:
        with self._file.transaction() as database:
            (shown,) = database.execute("SELECT shown FROM desk").fetchone()
        return None if shown is None else str(shown)

    def write_draft(self, conversation: str | None, text: str) -> None:
        if conversation is not None:
            self._set("draft = ?", text, conversation)
            return
        with self._file.transaction() as database:
            database.execute("UPDATE desk SET draft = ?", (text,))

    def new_draft(self) -> str:
        """The draft of a chat not begun yet."""
        with self._file.transaction() as database:
            (draft,) = database.execute("SELECT draft FROM desk").fetchone()
        return str(draft)

    def _set(self, change: str, value: str | int, conversation: str) -> None:
        with self._file.transaction() as database:
            database.execute(
                f"UPDATE conversations SET {change} WHERE id = ?",  # noqa: S608 - our own words
                (value, conversation),
            )


def _common(kept: Sequence[ChatMessage], wanted: Sequence[ChatMessage]) -> int:
    """How many messages at the beginning are the same."""
    pairs = zip(kept, wanted, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(kept), len(wanted)))


def _number(database: "Connection", conversation: str, title: str) -> int:
    (number,) = database.execute(
        "INSERT INTO conversations (id, title, updated) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, deleted = 0 RETURNING number",
        (conversation, title, wall_clock()),
    ).fetchone()
    return int(number)


def _messages(database: "Connection", number: int) -> tuple[ChatMessage, ...]:
    rows = database.execute(
        "SELECT role, content FROM messages WHERE number BETWEEN ? AND ? ORDER BY number",
        (number << SHIFT, (number << SHIFT) + (1 << SHIFT) - 1),
    )
    return tuple(ChatMessage(role=Role(role), content=content) for role, content in rows)
