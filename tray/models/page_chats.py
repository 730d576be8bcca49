"""What the page asks of the kept chats, and is shown of them."""

from typing import Annotated, Literal

from pydantic import Field

from tray.models.attachment import Attachment
from tray.models.base import Frozen
from tray.models.conversation import (
    ChatSettings,
    ConversationId,
    Edit,
    KeptMessage,
)


class FindRequest(Frozen):
    """Words that must all occur, the beginnings of words too; empty for everything."""

    words: Annotated[str, Field(max_length=500)] = ""


class ConversationRequest(Frozen):
    id: ConversationId


class ShowRequest(Frozen):
    """``None`` for a new one."""

    id: ConversationId | None = None


class RenameRequest(Frozen):
    id: ConversationId
    title: Annotated[str, Field(max_length=200)]


class PinRequest(Frozen):
    id: ConversationId
    pinned: bool


class DraftRequest(Frozen):
    """What is being written, in a conversation or in one not begun yet (``None``)."""

    id: ConversationId | None = None
    text: str


class DraftFilesRequest(Frozen):
    """What is attached and not sent, all of it."""

    id: ConversationId | None = None
    files: tuple[Attachment, ...]


class EditRequest(Frozen):
    """``None`` when nothing is being changed any more."""

    id: ConversationId
    edit: Edit | None


class SettingsRequest(Frozen):
    id: ConversationId | None = None
    settings: ChatSettings


class KeepRequest(Frozen):
    """Messages so far; they replace what was kept of the conversation."""

    id: ConversationId
    messages: Annotated[tuple[KeptMessage, ...], Field(min_length=1)]
    settings: ChatSettings = ChatSettings()


class ExportRequest(Frozen):
    id: ConversationId
    form: Literal["markdown", "json"]


class ShownLine(Frozen):
    """A conversation in the page's list; ``when`` in words."""

    id: str
    title: str
    pinned: bool
    when: str
    found: str | None = None


class ShownList(Frozen):
    """Pinned ones first, then the newest; ``note`` says what is not shown, or nothing."""

    lines: tuple[ShownLine, ...]
    note: str | None = None


class ShownMessage(Frozen):
    """``blocks`` is the safe HTML of an answer, block by block; a question has none.

    ``None`` is an answer to be drawn when it comes into view. ``thought`` says how
    long the model reasoned, ``label`` how the answer came.
    """

    message: KeptMessage
    blocks: tuple[str, ...] | None = ()
    thought: str = ""
    label: str = ""


class DrawRequest(Frozen):
    """The Markdown of answers that come into view."""

    texts: Annotated[tuple[str, ...], Field(min_length=1, max_length=100)]


class DrawnAnswers(Frozen):
    """The safe HTML of each, block by block."""

    answers: tuple[tuple[str, ...], ...]


class ShownConversation(Frozen):
    """What the page shows; ``id`` is ``None`` for a chat not begun yet.

    ``note`` is what the user must be told about the kept conversations.
    """

    id: str | None = None
    title: str = ""
    messages: tuple[ShownMessage, ...] = ()
    settings: ChatSettings = ChatSettings()
    draft: str = ""
    draft_files: tuple[Attachment, ...] = ()
    edit: Edit | None = None
    note: str | None = None


class Exported(Frozen):
    """Where a conversation was saved, in words."""

    line: str
