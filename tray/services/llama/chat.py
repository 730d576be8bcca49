"""Chats in flight: typed streams that tell the actor when they begin and end."""

import itertools
import threading
from collections.abc import Callable, Iterator
from types import TracebackType

from tray.models.chat import (
    ChatChunk,
    ContentChunk,
    FinishChunk,
    FinishReason,
    PromptProgressChunk,
    ReasoningChunk,
)
from tray.models.failure import ServerFailure
from tray.services.llama import messages as m
from tray.services.llama.ports import ChatAnswer
from tray.services.llama.stall import ChatProgress

Post = Callable[[m.Message], None]


class ChatStream:
    """One answer. Iterate once; the last chunk is a FinishChunk, always.

    The chunks are read on the caller's own thread, straight from the engine's
    socket: a slow reader slows its own answer and nothing else. ``context_size``
    in tokens is that of the engine's slot.
    """

    def __init__(
        self,
        answer: ChatAnswer,
        registry: "ChatRegistry",
        run: int,
        context_size: int | None = None,
    ) -> None:
        self._answer = answer
        self._registry = registry
        self._run = run
        self._context = {"context_size": context_size}
        self._ended = False
        self._failure: ServerFailure | None = None
        self.pace = Pace(registry.now)

    def __iter__(self) -> Iterator[ChatChunk]:
        pace = self.pace
        with self._registry.entry(self, self._run) as report:
            for chunk in self._answer:
                pace.came(chunk)
                if isinstance(chunk, FinishChunk):
                    report(chunk.timings.tokens_per_second)
                yield self._completed(chunk)
                pace.waits()

    def _completed(self, chunk: ChatChunk) -> ChatChunk:
        """The chunk with what the engine's answer does not tell."""
        match chunk:
            case PromptProgressChunk():
                return chunk.model_copy(update=self._context)
            case FinishChunk(timings=timings):
                whole = chunk.model_copy(
                    update={"timings": timings.model_copy(update=self._context)}
                )
                if chunk.reason is FinishReason.CANCELLED and self._failure is not None:
                    cut = {"reason": FinishReason.CUT, "failure": self._failure}
                    return whole.model_copy(update=cut)
                return whole
            case _:
                return chunk

    def cancel(self) -> None:
        """End the answer from any thread; its FinishChunk says CANCELLED."""
        self.end(None)

    def end(self, failure: ServerFailure | None) -> None:
        """As ``cancel``, but cut by ``failure``, if the engine ended by itself."""
        if not self._ended:
            self._ended, self._failure = True, failure
        self._answer.close()

    def __enter__(self) -> "ChatStream":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()


class Pace:
    """How one answer gets on. Its reader's thread writes, any thread reads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.moved_at = 0.0
        self.waiting = False
        self.answering = False
        self.tokens = 0
        self.counted = 0

    def waits(self) -> None:
        """The reader wants the next chunk from now on."""
        self.moved_at = self._now()
        self.waiting = True

    def came(self, chunk: ChatChunk) -> None:
        """A chunk came; until the reader wants another, the engine owes nothing."""
        self.waiting = False
        if isinstance(chunk, ContentChunk | ReasoningChunk):
            self.answering = True
            # llama-server sends a chunk for each token.
            self.tokens += 1


class ChatRegistry:
    """Knows every stream in flight, so that stopping the server can close them.

    ``now`` gives monotonic seconds.
    """

    def __init__(self, post: Post, now: Callable[[], float]) -> None:
        self.now = now
        self._post = post
        self._lock = threading.Lock()
        self._open: set[ChatStream] = set()
        self._numbers = itertools.count(1)
        self._counted_at = now()

    def entry(self, stream: ChatStream, run: int) -> "_Entry":
        return _Entry(self, stream, run, next(self._numbers))

    def end_all(self, failure: ServerFailure | None) -> None:
        """Cut every answer in flight by ``failure``, or cancel it where there is none."""
        with self._lock:
            streams = tuple(self._open)
        for stream in streams:
            stream.end(failure)

    def progress(self) -> ChatProgress | None:
        """How all answers in flight stand; ``None`` without any."""
        with self._lock:
            paces = [stream.pace for stream in self._open]
        if not paces:
            return None
        return ChatProgress(
            moved_at=max(pace.moved_at for pace in paces),
            waiting=any(pace.waiting for pace in paces),
            answering=any(pace.waiting and pace.answering for pace in paces),
        )

    def speed(self) -> float | None:
        """Tokens a second of all answers since the last call; ``None`` while none comes."""
        now = self.now()
        with self._lock:
            paces = [stream.pace for stream in self._open if stream.pace.answering]
            tokens = 0
            for pace in paces:
                tokens += pace.tokens - pace.counted
                pace.counted = pace.tokens
            passed, self._counted_at = now - self._counted_at, now
        return tokens / passed if paces and passed > 0 else None

    def add(self, stream: ChatStream, started: m.ChatStarted) -> None:
        stream.pace.waits()
        with self._lock:
            self._open.add(stream)
        self._post(started)

    def remove(self, stream: ChatStream, ended: m.ChatEnded) -> None:
        with self._lock:
            self._open.discard(stream)
        self._post(ended)


class _Entry:
    """Registers a stream for the time it is being read."""

    def __init__(self, registry: ChatRegistry, stream: ChatStream, run: int, chat: int) -> None:
        self._registry = registry
        self._stream = stream
        self._run = run
        self._chat = chat
        self._speed: float | None = None

    def __enter__(self) -> Callable[[float | None], None]:
        self._registry.add(self._stream, m.ChatStarted(self._run, self._chat))
        return self._report

    def _report(self, tokens_per_second: float | None) -> None:
        self._speed = tokens_per_second

    def __exit__(self, *_: object) -> None:
        self._registry.remove(self._stream, m.ChatEnded(self._run, self._chat, self._speed))
