"""The port to what keeps the conversations."""

from collections.abc import Sequence
from typing import Protocol

from tray.models.attachment import Attachment
from tray.models.conversation import (
    ChatSettings,
    Conversation,
    ConversationLine,
    Desk,
    Edit,
    KeptMessage,
)


class ConversationStore(Protocol):
    """Keeps conversations. Any thread may call; failures are PaddockError."""

    def take_note(self) -> str | None: ...

    def find(self, words: Sequence[str], most: int) -> tuple[ConversationLine, ...]: ...

    def read(self, conversation: str) -> Conversation | None: ...

    def write(
        self,
        conversation: str,
        title: str,
        messages: Sequence[KeptMessage],
        settings: ChatSettings,
    ) -> None: ...

    def write_answer(self, conversation: str, position: int, answer: KeptMessage) -> None: ...

    def rename(self, conversation: str, title: str) -> None: ...

    def pin(self, conversation: str, pinned: bool) -> None: ...

    def hide(self, conversation: str, hidden: bool) -> None: ...

    def remove_hidden(self) -> None: ...

    def clear_traces(self) -> bool: ...

    def show(self, conversation: str | None) -> None: ...

    def shown(self) -> str | None: ...

    def write_draft(self, conversation: str | None, text: str) -> None: ...

    def write_draft_files(self, conversation: str | None, files: Sequence[Attachment]) -> None: ...

    def write_settings(self, conversation: str | None, settings: ChatSettings) -> None: ...

    def write_edit(self, conversation: str, edit: Edit | None) -> None: ...

    def desk(self) -> Desk: ...
