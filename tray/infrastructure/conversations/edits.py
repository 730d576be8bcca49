"""A question being changed, and its files, as rows of the conversations' file."""

from typing import TYPE_CHECKING

from tray.infrastructure.conversations.rows import edit_number, read_files, replace_files
from tray.models.conversation import Edit

if TYPE_CHECKING:
    from sqlite3 import Connection


def read_edit(database: "Connection", number: int) -> Edit | None:
    """What is being changed in a conversation, by its number."""
    position, text, with_files = database.execute(
        "SELECT edited, edit, edit_files FROM conversations WHERE number = ?", (number,)
    ).fetchone()
    if position is None:
        return None
    files = read_files(database, edit_number(number)) if with_files else None
    return Edit(position=position, text=text, files=files)


def replace_edit(database: "Connection", number: int, edit: Edit | None) -> None:
    """Keep it instead of the one before; without new files the same question keeps its own."""
    position = edit and edit.position
    ((before,),) = database.execute(
        "UPDATE conversations SET edit = ? WHERE number = ? RETURNING edited",
        (edit.text if edit else "", number),
    ).fetchall()
    files = edit and edit.files
    if files is None and position == before is not None:
        return
    replace_files(database, edit_number(number), files or ())
    database.execute(
        "UPDATE conversations SET edited = ?, edit_files = ? WHERE number = ?",
        (position, files is not None, number),
    )
