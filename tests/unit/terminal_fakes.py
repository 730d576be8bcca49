"""A Paddock to talk to that answers from memory, and a screen that remembers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from queue import SimpleQueue

from tray.models.chat import ChatChunk, ChatRequest, ContentChunk, FinishChunk, FinishReason
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.local_api import StartRequest, StopRequest
from tray.models.state import ModelState, ServerPhase

STOP = FinishChunk(reason=FinishReason.STOP)


def failure(cause: FailureCause) -> ServerFailure:
    return ServerFailure(cause=cause, title=cause.value, detail="Do something.")


def words(*texts: str) -> list[ChatChunk]:
    return [*(ContentChunk(text=text) for text in texts), STOP]


class FakeAnswer:
    """Yields the chunks; an exception among them is raised instead."""

    def __init__(self, script: Sequence[ChatChunk | BaseException]) -> None:
        self._script = script
        self.cancelled = False

    def __iter__(self) -> Iterator[ChatChunk]:
        for step in self._script:
            if isinstance(step, BaseException):
                raise step
            yield step

    def cancel(self) -> None:
        self.cancelled = True


class FakeFeed:
    """Satisfies StateFeed: what ``offer`` is given, until it is closed."""

    def __init__(self) -> None:
        self._states: SimpleQueue[ModelState | None] = SimpleQueue()
        self.closed = False

    def offer(self, state: ModelState) -> None:
        self._states.put(state)

    def __iter__(self) -> Iterator[ModelState]:
        while (state := self._states.get()) is not None:
            yield state

    def close(self) -> None:
        self.closed = True
        self._states.put(None)


class FakeAsked:
    """Satisfies the terminal's Asked port."""

    def __init__(self, *answers: Sequence[ChatChunk | BaseException]) -> None:
        self.phase = ServerPhase.READY
        self.start_fails = False
        self.requests: list[ChatRequest] = []
        self.starts: list[StartRequest] = []
        self.given: list[FakeAnswer] = []
        self.feeds: list[FakeFeed] = []
        self._answers = list(answers)

    def state(self) -> ModelState:
        failed = failure(FailureCause.MODEL_CORRUPT) if self.start_fails else None
        return ModelState(phase=self.phase, failure=failed)

    def start(self, request: StartRequest) -> ModelState:
        self.starts.append(request)
        self.phase = ServerPhase.FAILED if self.start_fails else ServerPhase.READY
        return self.state()

    def stop(self, request: StopRequest) -> ModelState:
        self.phase = ServerPhase.STOPPED
        return self.state()

    def subscribe(self) -> FakeFeed:
        self.feeds.append(FakeFeed())
        return self.feeds[-1]

    def chat(self, request: ChatRequest) -> FakeAnswer:
        if self.phase is not ServerPhase.READY:
            raise PaddockError(failure(FailureCause.NOT_RUNNING))
        self.requests.append(request)
        self.given.append(FakeAnswer(self._answers.pop(0)))
        return self.given[-1]


class Recorder:
    """An AnswerWriter that remembers."""

    def __init__(self) -> None:
        self.chunks: list[ChatChunk] = []
        self.marks: SimpleQueue[str | None] = SimpleQueue()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, chunk: ChatChunk) -> None:
        self.chunks.append(chunk)

    def mark(self, words: str | None) -> None:
        self.marks.put(words)


class FakeScreen:
    """Types the lines (an exception is a key pressed), then Ctrl-D."""

    def __init__(self, *lines: str | type[BaseException]) -> None:
        self._lines = list(lines)
        self.said: list[str] = []
        self.answers: list[Recorder] = []

    def read(self, prompt: str) -> str:
        if not self._lines:
            raise EOFError
        line = self._lines.pop(0)
        if isinstance(line, str):
            return line
        raise line

    def say(self, text: str) -> None:
        self.said.append(text)

    def answer(self) -> Recorder:
        self.answers.append(Recorder())
        return self.answers[-1]
