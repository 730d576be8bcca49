"""Kept conversations, and what the page asks about them."""

from typing import Annotated, Literal

from pydantic import Field

from tray.models.base import Frozen
from tray.models.chat import ChatMessage, ChatRequest

ConversationId = Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
"""A UUID; the page makes it, so that it knows it before the first answer."""


class ConversationLine(Frozen):
    """One conversation in a list. ``updated`` is in seconds since 1970.

    ``found`` is the text around what was searched for, if that is in a message.
    """

    id: str
    title: str
    pinned: bool
    updated: float
    found: str | None = None


class Conversation(Frozen):
    """A whole conversation; ``draft`` is what was written and not sent."""

    id: str
    title: str
    pinned: bool
    updated: float
    messages: tuple[ChatMessage, ...]
    draft: str = ""


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


class KeepRequest(Frozen):
    """Messages so far; they replace what was kept of the conversation."""

    id: ConversationId
    messages: Annotated[tuple[ChatMessage, ...], Field(min_length=1)]


class ExportRequest(Frozen):
    id: ConversationId
    form: Literal["markdown", "json"]


class PageChatRequest(ChatRequest):
    """A question of the page; without a ``conversation`` nothing of it is kept."""

    conversation: ConversationId | None = None

    def asked(self) -> ChatRequest:
        """What the engine is asked."""
        return ChatRequest.model_validate(self.model_dump(exclude={"conversation"}))


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
    """``blocks`` is the safe HTML of an answer, block by block; a question has none."""

    message: ChatMessage
    blocks: tuple[str, ...] = ()


class ShownConversation(Frozen):
    """What the page shows; ``id`` is ``None`` for a chat not begun yet.

    ``note`` is what the user must be told about the kept conversations.
    """

    id: str | None = None
    title: str = ""
    messages: tuple[ShownMessage, ...] = ()
    draft: str = ""
    note: str | None = None


class Exported(Frozen):
    """Where a conversation was saved, in words."""

    line: str
