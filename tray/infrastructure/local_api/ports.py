"""What the local API serves, and no more."""

from collections.abc import Callable, Iterator
from typing import Protocol

from tray.models.catalog import ModelList
from tray.models.chat import ChatChunk, ChatRequest
from tray.models.hotkey import HotkeyState
from tray.models.local_api import StartRequest, StopRequest
from tray.models.metrics import FreedMemory
from tray.models.state import Connection, ModelState


class StateFeed(Protocol):
    """One reader's view of the snapshots; the current one comes first."""

    def get(self, timeout: float | None) -> ModelState | None:
        """The newest snapshot not seen yet; ``None`` after ``timeout`` seconds."""

    @property
    def closed(self) -> bool: ...

    def close(self) -> None: ...


class ServedAnswer(Protocol):
    """One streamed answer; the last chunk is a FinishChunk, always."""

    def __iter__(self) -> Iterator[ChatChunk]: ...

    def cancel(self) -> None:
        """End the answer; any thread, any time."""


class ServedPaddock(Protocol):
    """Paddock as the local API sees it. Any thread may call; failures are PaddockError."""

    def state(self) -> ModelState: ...

    def subscribe(self) -> StateFeed: ...

    def models(self) -> ModelList: ...

    def connection(self) -> Connection: ...

    def start(self, request: StartRequest) -> ModelState:
        """The snapshot after the request; with ``wait`` the one that settles it."""

    def stop(self, request: StopRequest) -> ModelState: ...

    def free(self) -> FreedMemory:
        """Unload the model; the next start without a wish loads it again."""

    def chat(self, request: ChatRequest) -> ServedAnswer:
        """What the request leaves open is as the model's preset has it."""

    def chat_as_set(self, request: ChatRequest) -> ServedAnswer:
        """What the request leaves open is the engine's."""

    @property
    def hotkey(self) -> Callable[[], HotkeyState]:
        """The keys that open the chat from anywhere."""

    def show(self) -> None:
        """Bring the chat to the front."""

    def quit(self) -> None:
        """Stop the engine and end Paddock; returns at once."""
