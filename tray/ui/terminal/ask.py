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
from tray.ui.terminal.stall_mark import marked


def question(text: str) -> ChatRequest:
    """A conversation of one message; what is no text in the terminal's encoding is a "?"."""
    content = text.encode(errors="replace").decode()
    return ChatRequest(messages=(ChatMessage(role=Role.USER, content=content),))


@dataclass(frozen=True)
class Shown:
    """An answer that has been shown, as far as it came."""

    text: str
    finish: FinishChunk
    interrupted: bool = False


def ask(
    paddock: Asked, request: ChatRequest, writer: AnswerWriter, starting: Callable[[], None]
) -> Shown:
    """Ask, and write the answer as it comes. Ctrl-C cancels it, and nothing else.

    Where no engine runs one is started first, which ``starting`` says. An engine
    that stands still meanwhile is marked. Raises PaddockError when the start fails
    or the engine refuses.
    """
    text: list[str] = []
    answer: Answer | None = None
    with writer, marked(paddock, writer):
        try:
            answer = _opened(paddock, request, starting)
            for chunk in answer:
                writer.write(chunk)
                if isinstance(chunk, FinishChunk):
                    return Shown("".join(text), chunk)
                if isinstance(chunk, ContentChunk):
                    text.append(chunk.text)
        except KeyboardInterrupt:
            if answer is not None:
                answer.cancel()
        finish = FinishChunk(reason=FinishReason.CANCELLED)
        writer.write(finish)
    return Shown("".join(text), finish, interrupted=True)


def _opened(paddock: Asked, request: ChatRequest, starting: Callable[[], None]) -> Answer:
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
