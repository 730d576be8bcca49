"""Kept conversations as the page shows them."""

from collections.abc import Callable
from pathlib import Path

from tray.models.chat import ChatMessage, ChatRequest, Role
from tray.models.conversation import (
    Conversation,
    Exported,
    ExportRequest,
    ShownConversation,
    ShownLine,
    ShownList,
    ShownMessage,
)
from tray.services.answer_record import Answer
from tray.services.conversations import MOST_LISTED, Conversations
from tray.ui.conversation_words import as_json, as_markdown, file_name, found_words, when


class ChatDesk:
    """Satisfies the local API's ServedChats.

    ``save`` writes a text under a name into the user's own folder for
    downloads and returns where; ``now`` gives seconds since 1970.
    """

    def __init__(
        self,
        conversations: Conversations,
        save: Callable[[str, str], Path],
        now: Callable[[], float],
    ) -> None:
        self._kept = conversations
        self._save = save
        self._now = now
        self.keep = conversations.keep
        self.rename = conversations.rename
        self.pin = conversations.pin
        self.delete = conversations.delete
        self.restore = conversations.restore
        self.write_draft = conversations.write_draft

    def find(self, words: str) -> ShownList:
        now = self._now()
        lines = tuple(
            ShownLine(
                id=line.id,
                title=line.title,
                pinned=line.pinned,
                when=when(line.updated, now),
                found=None if line.found is None else found_words(line.found),
            )
            for line in self._kept.find(words)
        )
        full = len(lines) == MOST_LISTED
        return ShownList(lines=lines, note=_MORE if full else None if lines else _none(words))

    def show(self, conversation: str | None) -> ShownConversation:
        return self._drawn(self._kept.show(conversation))

    def shown(self) -> ShownConversation:
        return self._drawn(self._kept.shown())

    def record(
        self, conversation: str, request: ChatRequest, ask: Callable[[ChatRequest], Answer]
    ) -> Answer:
        return self._kept.record(conversation, request, ask)

    def export(self, request: ExportRequest) -> Exported:
        conversation = self._kept.read(request.id)
        if request.form == "json":
            path = self._save(file_name(conversation.title, "json"), as_json(conversation))
        else:
            path = self._save(file_name(conversation.title, "md"), as_markdown(conversation))
        return Exported(line=f"Saved in {path.parent.name} as {path.name}")

    def _drawn(self, conversation: Conversation | None) -> ShownConversation:
        note = self._kept.take_note()
        if conversation is None:
            return ShownConversation(draft=self._kept.new_draft(), note=note)
        return ShownConversation(
            id=conversation.id,
            title=conversation.title,
            messages=tuple(map(_message, conversation.messages)),
            draft=conversation.draft,
            note=note,
        )


def _message(message: ChatMessage) -> ShownMessage:
    # Markdown's libraries weigh megabytes; a resident nobody chats with spares them.
    from tray.ui.markdown import render

    blocks = render(message.content) if message.role is Role.ASSISTANT else ()
    return ShownMessage(message=message, blocks=blocks)


_MORE = "Only the newest are listed. Search for older ones."


def _none(words: str) -> str:
    return "No chat has these words." if words.strip() else "Your chats will be kept here."
