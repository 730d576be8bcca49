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


class Asked(Protocol):
    """A Paddock to talk to. Failures are PaddockError."""

    def state(self) -> ModelState: ...

    def start(self, request: StartRequest) -> ModelState: ...

    def stop(self, request: StopRequest) -> ModelState: ...

    def chat(self, request: ChatRequest) -> Answer: ...


class AnswerWriter(Protocol):
    """Shows an answer while it streams."""

    def __enter__(self) -> "AnswerWriter": ...

    def __exit__(self, *_: object) -> None: ...

    def write(self, chunk: ChatChunk) -> None: ...
