"""What the terminal needs of a Paddock, in this process or in another."""

from collections.abc import Iterator
from typing import Protocol

from tray.models.chat import ChatChunk, ChatRequest
from tray.models.local_api import StartRequest, StopRequest
from tray.models.state import ModelState


class Answer(Protocol):
    """One streamed answer; the last chunk is a FinishChunk, always."""

    def __iter__(self) -> Iterator[ChatChunk]: ...

    def cancel(self) -> None: ...


class StateFeed(Protocol):
    """Snapshots as they come, the current one first; ends once it is closed. PaddockError."""

    def __iter__(self) -> Iterator[ModelState]: ...

    def close(self) -> None:
        """Deliver nothing more; any thread."""


class Asked(Protocol):
    """A Paddock to talk to. Failures are PaddockError."""

    def state(self) -> ModelState: ...

    def start(self, request: StartRequest) -> ModelState: ...

    def stop(self, request: StopRequest) -> ModelState: ...

    def chat(self, request: ChatRequest) -> Answer: ...

    def subscribe(self) -> StateFeed: ...


class AnswerWriter(Protocol):
    """Shows an answer while it streams."""

    def __enter__(self) -> "AnswerWriter": ...

    def __exit__(self, *_: object) -> None: ...

    def write(self, chunk: ChatChunk) -> None: ...

    def mark(self, words: str | None) -> None:
        """Say that the engine stands still, or with ``None`` that it goes on. Any thread."""
