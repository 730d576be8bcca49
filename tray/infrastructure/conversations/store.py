"""Conversations in SQLite, with full-text search."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tray.infrastructure.clock import wall_clock
from tray.infrastructure.conversations.edits import read_edit, replace_edit
from tray.infrastructure.conversations.file import ConversationFile
from tray.infrastructure.conversations.rows import (
    draft_number,
    read_files,
    read_messages,
    remove_rows,
    replace_files,
    write_message,
    write_messages,
)
from tray.infrastructure.conversations.search import newest, search
from tray.infrastructure.conversations.traces import clear_traces, left_traces
from tray.models.attachment import Attachment
from tray.models.conversation import (
    ChatSettings,
    Conversation,
    ConversationLine,
    Desk,
    Edit,
    KeptMessage,
)

if TYPE_CHECKING:
    from sqlite3 import Connection

_ENGINES_OWN = ChatSettings()


class ConversationStore:
    """Satisfies the Conversations' store port. Any thread; failures are PaddockError.

    Unknown conversations are left alone. What is written is on the disk when a
    call returns.
    """

    def __init__(self, path: Path) -> None:
        self._file = ConversationFile(path)
        # An earlier run may have ended before it was done.
        self._traces = clear_traces(self._file)

    def close(self) -> None:
        self._file.close()

    def take_note(self) -> str | None:
        """What the user must be told once about the file."""
        return self._file.take_note()

    def find(self, words: Sequence[str], most: int) -> tuple[ConversationLine, ...]:
        """At most ``most`` conversations with all words in a message, a file or the title."""
        with self._file.transaction() as database:
            return search(database, words, most) if words else newest(database, most)

    def read(self, conversation: str) -> Conversation | None:
        with self._file.transaction() as database:
            row = database.execute(
                "SELECT number, title, pinned, updated, draft, settings "
                "FROM conversations WHERE id = ? AND deleted = 0",
                (conversation,),
            ).fetchone()
            if row is None:
                return None
            number, title, pinned, updated, draft, settings = row
            messages = read_messages(database, number)
            files = read_files(database, draft_number(number))
            edit = read_edit(database, number)
        return Conversation(
            id=conversation,
            title=title,
            pinned=bool(pinned),
            updated=updated,
            messages=messages,
            settings=ChatSettings.model_validate_json(settings),
            draft=draft,
            draft_files=files,
            edit=edit,
        )

    def write(
        self,
        conversation: str,
        title: str,
        messages: Sequence[KeptMessage],
        settings: ChatSettings = _ENGINES_OWN,
    ) -> None:
        """Keep exactly these messages; ``title`` is for a conversation not kept yet."""
        with self._file.transaction() as database:
            number = _number(database, conversation, title, settings)
            write_messages(database, number, messages)

    def write_answer(self, conversation: str, position: int, answer: KeptMessage) -> None:
        """Keep ``answer`` as message ``position``, from 0."""
        with self._file.transaction() as database:
            found = database.execute(
                "UPDATE conversations SET updated = ? WHERE id = ? RETURNING number",
                (wall_clock(), conversation),
            ).fetchall()
            for (number,) in found:
                write_message(database, number, position, answer)

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
                remove_rows(database, number)
                database.execute("DELETE FROM conversations WHERE number = ?", (number,))
                left_traces(database)
                self._traces = clear_traces(self._file)

    def clear_traces(self) -> bool:
        """Overwrite some more of what removed ones left; whether anything is left still.

        One thread at a time.
        """
        return next(self._traces, False)

    def show(self, conversation: str | None) -> None:
        """Remember what the page shows; ``None`` is a chat not begun yet."""
        with self._file.transaction() as database:
            database.execute("UPDATE desk SET shown = ?", (conversation,))

    def shown(self) -> str | None:
        with self._file.transaction() as database:
            (shown,) = database.execute("SELECT shown FROM desk").fetchone()
        return None if shown is None else str(shown)

    def write_draft(self, conversation: str | None, text: str) -> None:
        self._set_or_desk("draft = ?", text, conversation)

    def write_settings(self, conversation: str | None, settings: ChatSettings) -> None:
        self._set_or_desk("settings = ?", _settings_json(settings), conversation)

    def write_draft_files(self, conversation: str | None, files: Sequence[Attachment]) -> None:
        with self._file.transaction() as database:
            rows = [(0,)] if conversation is None else _numbers(database, conversation)
            for (number,) in rows:
                replace_files(database, draft_number(number), files)

    def write_edit(self, conversation: str, edit: Edit | None) -> None:
        with self._file.transaction() as database:
            for (number,) in _numbers(database, conversation):
                replace_edit(database, number, edit)

    def desk(self) -> Desk:
        """The draft and the settings of a chat not begun yet."""
        with self._file.transaction() as database:
            draft, settings = database.execute("SELECT draft, settings FROM desk").fetchone()
            files = read_files(database, draft_number())
        return Desk(
            draft=draft, draft_files=files, settings=ChatSettings.model_validate_json(settings)
        )

    def _set_or_desk(self, change: str, value: str, conversation: str | None) -> None:
        if conversation is not None:
            self._set(change, value, conversation)
            return
        with self._file.transaction() as database:
            database.execute(f"UPDATE desk SET {change}", (value,))  # noqa: S608 - our own words

    def _set(self, change: str, value: str | int, conversation: str) -> None:
        with self._file.transaction() as database:
            database.execute(
                f"UPDATE conversations SET {change} WHERE id = ?",  # noqa: S608 - our own words
                (value, conversation),
            )


def _number(database: "Connection", conversation: str, title: str, settings: ChatSettings) -> int:
    (number,) = database.execute(
        "INSERT INTO conversations (id, title, updated, settings) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET updated = excluded.updated, "
        "settings = excluded.settings, deleted = 0 RETURNING number",
        (conversation, title, wall_clock(), _settings_json(settings)),
    ).fetchone()
    return int(number)


def _numbers(database: "Connection", conversation: str) -> list[tuple[int]]:
    return database.execute(
        "SELECT number FROM conversations WHERE id = ?", (conversation,)
    ).fetchall()


def _settings_json(settings: ChatSettings) -> str:
    return settings.model_dump_json(exclude_defaults=True)
