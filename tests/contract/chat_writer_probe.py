"""Keeps an endless answer in the file given, and says how many words it has kept."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tray.infrastructure.clock import SystemClock
from tray.infrastructure.conversations.store import ConversationStore
from tray.models.chat import ChatChunk, ContentChunk, Role
from tray.models.conversation import KeptMessage, PageChatRequest
from tray.services.conversations import Conversations

ONE = "00000000-0000-4000-8000-000000000001"


class Endless:
    """A word every 20 ms, for ever."""

    def __iter__(self) -> Iterator[ChatChunk]:
        for number in count():
            yield ContentChunk(text=f"{number} ")
            time.sleep(0.02)

    def cancel(self) -> None:
        """It is killed instead."""


class Telling(ConversationStore):
    """Says what is kept once it is."""

    def write_answer(self, conversation: str, position: int, message: KeptMessage) -> None:
        super().write_answer(conversation, position, message)
        print(len(message.content.split()), flush=True)


def main() -> None:
    kept = Conversations(Telling(Path(sys.argv[1])), SystemClock().call_later)
    request = PageChatRequest(messages=(KeptMessage(role=Role.USER, content="Count."),))
    for _ in kept.record(ONE, request, Endless):
        pass


if __name__ == "__main__":
    main()
