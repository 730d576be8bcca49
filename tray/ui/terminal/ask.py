"""One question, one answer: the part all ways of chatting share."""

from collections.abc import Callable
from dataclasses import dataclass

from tray.models.chat import (
    ChatMessage,
    ChatRequest,
    ContentChunk,
    FinishChunk,
    FinishReason,
    Role,
)
from tray.models.failure import FailureCause, PaddockError
from tray.models.local_api import StartRequest
from tray.models.state import ServerPhase
from tray.ui.terminal.ports import Answer, AnswerWriter, Asked


def question(text: str) -> ChatRequest:
    """A conversation of one message."""
    return ChatRequest(messages=(ChatMessage(role=Role.USER, content=text),))


def open_answer(paddock: Asked, request: ChatRequest, starting: Callable[[], None]) -> Answer:
    """Ask; where no engine runs, start one first and say so by ``starting``.

    Raises PaddockError when the engine does not start or refuses.
    """
    try:
        return paddock.chat(request)
    except PaddockError as error:
        if error.failure.cause is not FailureCause.NOT_RUNNING:
            raise
    starting()
    state = paddock.start(StartRequest(wait=True))
    if state.phase is ServerPhase.FAILED and state.failure is not None:
        raise PaddockError(state.failure)
    return paddock.chat(request)


@dataclass(frozen=True)
class Shown:
    """An answer that has been shown, as far as it came."""

    text: str
    finish: FinishChunk
    interrupted: bool = False


def show_answer(answer: Answer, writer: AnswerWriter) -> Shown:
    """Write the answer as it comes. Ctrl-C cancels it, and nothing else."""
    text: list[str] = []
    shown: Shown | None = None
    with writer:
        try:
            for chunk in answer:
                writer.write(chunk)
                if isinstance(chunk, FinishChunk):
                    shown = Shown("".join(text), chunk)
                elif isinstance(chunk, ContentChunk):
                    text.append(chunk.text)
        except KeyboardInterrupt:
            answer.cancel()
        if shown is None:
            finish = FinishChunk(reason=FinishReason.CANCELLED)
            writer.write(finish)
            shown = Shown("".join(text), finish, interrupted=True)
    return shown
