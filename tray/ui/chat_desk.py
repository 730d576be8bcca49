"""Kept conversations as the page shows them."""

import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from tray.models.chat import FinishChunk, FinishReason, Role
from tray.models.conversation import (
    ChatSettings,
    Conversation,
    KeptMessage,
    LastAnswered,
    PageChatRequest,
)
from tray.models.page_chats import (
    DrawnAnswers,
    DrawRequest,
    Exported,
    ExportRequest,
    ShownConversation,
    ShownLine,
    ShownList,
    ShownMessage,
)
from tray.services.answer_record import Answer
from tray.services.conversations import MOST_LISTED, Conversations
from tray.ui.chat_words import thought_label
from tray.ui.conversation_words import as_json, as_markdown, file_name, found_words
from tray.ui.present import finish_line
from tray.ui.when_words import when

DRAWN = 6
"""Messages at the end of a conversation whose answers are drawn before anybody looks."""


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
        self._beginning: Callable[[], ChatSettings] = ChatSettings
        self.keep = conversations.keep
        self.rename = conversations.rename
        self.pin = conversations.pin
        self.delete = conversations.delete
        self.restore = conversations.restore
        self.write_draft = conversations.write_draft
        self.write_draft_files = conversations.write_draft_files
        self.write_settings = conversations.write_settings
        self.write_edit = conversations.write_edit

    @property
    def answered(self) -> LastAnswered | None:
        """Where an answer ended last."""
        return self._kept.answered

    def begin_with(self, settings: Callable[[], ChatSettings]) -> None:
        """Have new chats begin with these, unless something was set for the next one."""
        self._beginning = settings

    def find(self, words: str) -> ShownList:
        now = self._now()
        lines = tuple(
            ShownLine(
                id=line.id,
                title=line.title,
                pinned=line.pinned,
                when=when(line.updated, now),
                found=found_words(line),
            )
            for line in self._kept.find(words)
        )
        _prepare_to_draw()
        full = len(lines) == MOST_LISTED
        return ShownList(lines=lines, note=_MORE if full else None if lines else _none(words))

    def show(self, conversation: str | None) -> ShownConversation:
        return self._drawn(self._kept.show(conversation))

    def shown(self) -> ShownConversation:
        return self._drawn(self._kept.shown())

    def draw(self, request: DrawRequest) -> DrawnAnswers:
        from tray.ui.markdown.whole import render

        return DrawnAnswers(answers=tuple(map(render, request.texts)))

    def record(
        self, conversation: str, request: PageChatRequest, answer: Callable[[], Answer]
    ) -> Answer:
        return self._kept.record(conversation, request, answer)

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
            desk = self._kept.desk()
            return ShownConversation(
                settings=self._beginning() if desk.settings == ChatSettings() else desk.settings,
                draft=desk.draft,
                draft_files=desk.draft_files,
                note=note,
            )
        return ShownConversation(
            id=conversation.id,
            title=conversation.title,
            messages=_shown(conversation.messages),
            settings=conversation.settings,
            draft=conversation.draft,
            draft_files=conversation.draft_files,
            edit=conversation.edit,
            note=note,
        )


def _shown(messages: Sequence[KeptMessage]) -> tuple[ShownMessage, ...]:
    """The end is seen first; what is above it is drawn when somebody goes there."""
    undrawn = len(messages) - DRAWN
    return tuple(
        _message(message, drawn=number >= undrawn) for number, message in enumerate(messages)
    )


def _message(message: KeptMessage, *, drawn: bool) -> ShownMessage:
    if message.role is not Role.ASSISTANT:
        return ShownMessage(message=message)
    # Markdown's libraries weigh megabytes; a resident nobody chats with spares them.
    from tray.ui.markdown.whole import render

    # Nobody saw the end of it: Paddock was killed meanwhile.
    end = FinishChunk(reason=message.reason or FinishReason.CUT, timings=message.timings)
    return ShownMessage(
        message=message.model_copy(update={"reason": end.reason}),
        blocks=render(message.content) if drawn else None,
        thought=thought_label(message.thought_seconds) if message.reasoning else "",
        label=finish_line(end),
    )


@cache
def _prepare_to_draw() -> None:
    """Load Markdown's libraries while somebody looks for the chat to open: it takes a moment."""

    def prepare() -> None:
        from tray.ui.markdown.whole import render

        render(_SAMPLE)

    threading.Thread(target=prepare, name="markdown-libraries", daemon=True).start()


_SAMPLE = "```python\npass\n```\n\n$x$"
"""Of what most needs a library of its own."""
_MORE = "Only the newest are listed. Search for older ones."


def _none(words: str) -> str:
    return "No chat has these words." if words.strip() else "Your chats will be kept here."
