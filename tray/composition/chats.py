"""Composition of the kept conversations: their file, their timers, their words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tray.infrastructure.clock import SystemClock, wall_clock
from tray.infrastructure.conversations.store import ConversationStore
from tray.infrastructure.downloads import save_download
from tray.services.conversations import Conversations
from tray.ui.chat_desk import ChatDesk


@contextmanager
def kept_chats(
    folder: Path, save: Callable[[str, str], Path] = save_download
) -> Iterator[ChatDesk]:
    """Conversations kept in ``folder``; ``save`` writes what is exported."""
    store = ConversationStore(folder / "chats.sqlite")
    # A disk may be slow; the engine's own timers do not wait for it.
    clock = SystemClock()
    conversations = Conversations(store, clock.call_later)
    try:
        yield ChatDesk(conversations, save, wall_clock)
    finally:
        clock.close()
        conversations.end()
        store.close()
