"""Messages and their attachments as rows of the conversations' file."""

import base64
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal

from tray.infrastructure.conversations.schema import DRAFT, EDIT, SHIFT
from tray.models.attachment import Attachment, ImageFile, TextFile
from tray.models.chat import ChatTimings, FinishReason, Role
from tray.models.conversation import KeptMessage

if TYPE_CHECKING:
    from sqlite3 import Connection

_MEDIA: dict[str, Literal["image/png", "image/jpeg"]] = {
    "image/png": "image/png",
    "image/jpeg": "image/jpeg",
}
_WRITE = """
    INSERT INTO messages (number, role, content, reasoning, thought_seconds, reason, timings)
    VALUES (?, ?, ?, ?, ?, ?, ?)
"""
_CHANGE = """
    ON CONFLICT DO UPDATE SET content = excluded.content, reasoning = excluded.reasoning,
    thought_seconds = excluded.thought_seconds, reason = excluded.reason,
    timings = excluded.timings
"""
_READ = """
    SELECT number, role, content, reasoning, thought_seconds, reason, timings
    FROM messages WHERE number BETWEEN ? AND ? ORDER BY number
"""


def draft_number(conversation: int = 0) -> int:
    """Whose the attachments of a draft are; 0 is the chat not begun yet."""
    return (conversation << SHIFT) + DRAFT


def edit_number(conversation: int) -> int:
    """Whose the attachments of a question being changed are."""
    return (conversation << SHIFT) + EDIT


def read_messages(database: "Connection", conversation: int) -> tuple[KeptMessage, ...]:
    first, last = _span(conversation, 0)
    files = _files_by_message(database, first, last)
    return tuple(
        KeptMessage(
            role=Role(role),
            content=content,
            attachments=files.get(number, ()),
            reasoning=reasoning,
            thought_seconds=thought_seconds,
            reason=None if reason is None else FinishReason(reason),
            timings=_timings(timings),
        )
        for number, role, content, reasoning, thought_seconds, reason, timings in database.execute(
            _READ, (first, last)
        )
    )


def write_messages(
    database: "Connection", conversation: int, messages: Sequence[KeptMessage]
) -> None:
    """Have the conversation consist of these; those already there are left alone."""
    kept = read_messages(database, conversation)
    pairs = zip(kept, messages, strict=False)
    shorter = min(len(kept), len(messages))
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), shorter)
    span = _span(conversation, same)
    database.execute("DELETE FROM attachments WHERE message BETWEEN ? AND ?", span)
    database.execute("DELETE FROM messages WHERE number BETWEEN ? AND ?", span)
    for number, message in enumerate(messages[same:], span[0]):
        database.execute(_WRITE, _row(number, message))
        add_files(database, number, message.attachments)


def write_message(
    database: "Connection", conversation: int, position: int, message: KeptMessage
) -> None:
    """Add one without attachments, or write it anew."""
    database.execute(_WRITE + _CHANGE, _row((conversation << SHIFT) + position, message))


def read_files(database: "Connection", message: int) -> tuple[Attachment, ...]:
    """The attachments of a message, a draft or an edit, in order."""
    return _files_by_message(database, message, message).get(message, ())


def replace_files(database: "Connection", message: int, files: Iterable[Attachment]) -> None:
    """Have these be the attachments of a message, a draft or an edit."""
    database.execute("DELETE FROM attachments WHERE message = ?", (message,))
    add_files(database, message, files)


def add_files(database: "Connection", message: int, files: Iterable[Attachment]) -> None:
    database.executemany(
        "INSERT INTO attachments (message, kind, name, media_type, content) VALUES (?, ?, ?, ?, ?)",
        [(message, *_file_row(file)) for file in files],
    )


def remove_rows(database: "Connection", conversation: int) -> None:
    """Every message and every attachment of a conversation, those not sent, too."""
    span = (conversation << SHIFT, draft_number(conversation))
    database.execute("DELETE FROM attachments WHERE message BETWEEN ? AND ?", span)
    database.execute("DELETE FROM messages WHERE number BETWEEN ? AND ?", span)


def _span(conversation: int, position: int) -> tuple[int, int]:
    """The numbers of the messages from a position on."""
    return (conversation << SHIFT) + position, edit_number(conversation) - 1


def _row(number: int, message: KeptMessage) -> tuple[int | str | float | None, ...]:
    return (
        number,
        message.role.value,
        message.content,
        message.reasoning,
        message.thought_seconds,
        message.reason and message.reason.value,
        message.timings.model_dump_json(exclude_none=True),
    )


def _timings(text: str) -> ChatTimings:
    return ChatTimings() if text == "{}" else ChatTimings.model_validate_json(text)


def _files_by_message(
    database: "Connection", first: int, last: int
) -> dict[int, tuple[Attachment, ...]]:
    files: dict[int, tuple[Attachment, ...]] = {}
    for message, kind, name, media_type, content in database.execute(
        "SELECT message, kind, name, media_type, content FROM attachments "
        "WHERE message BETWEEN ? AND ? ORDER BY number",
        (first, last),
    ):
        file = _file(kind, name, media_type, content)
        files[message] = (*files.get(message, ()), file)
    return files


def _file(kind: str, name: str, media_type: str | None, content: bytes) -> Attachment:
    if kind == "text":
        return TextFile(kind="text", name=name, text=content.decode())
    return ImageFile(
        kind="image",
        name=name,
        media_type=_MEDIA[media_type or "image/png"],
        data=base64.b64encode(content).decode("ascii"),
    )


def _file_row(file: Attachment) -> tuple[str, str, str | None, bytes]:
    if isinstance(file, TextFile):
        return file.kind, file.name, None, file.text.encode()
    return file.kind, file.name, file.media_type, base64.b64decode(file.data)
