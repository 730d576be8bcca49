"""The page over an engine that answers with the corpus, and a place outside that counts calls."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hostile_corpus import OUTSIDE, PAYLOADS
from tests.unit.service_fakes import FakeEngines
from tests.web.page_setup import ServedPage, Unwatched, page_over
from tray.infrastructure.clock import SystemClock
from tray.models.chat import ChatChunk, ChatRequest, ContentChunk, FinishChunk, FinishReason
from tray.models.config import LlamaCppConfig
from tray.models.launch import LaunchSpec
from tray.models.page import PageChunk
from tray.services.llama.service import LlamaCppService
from tray.ui.page_desk import PageDesk
from tray.ui.page_stream import PageStream

WATCH = Path(__file__).with_name("hostile_watch.js").read_text("utf-8")
LETTERS, WHOLE = "letters", "whole"
"""A question is one of these and the payload's number: what is asked for, and how it comes."""


class EveryLetter(PageStream):
    """Draws after each chunk, however fast they come: no cut of an answer is skipped."""

    def __init__(self, begun: str = "") -> None:
        super().__init__(begun, clock=lambda: 0.0)
        self._turn = 0.0
        self._drawn: list[PageChunk] = []

    @property
    def due(self) -> float | None:
        return float("-inf") if self._drawn else None

    def feed(self, chunk: ChatChunk, now: float) -> None:
        super().feed(chunk, now)
        self._turn += 1
        self._drawn += super().poll(self._turn)

    def poll(self, now: float) -> tuple[PageChunk, ...]:
        drawn, self._drawn = tuple(self._drawn), []
        return drawn


class HostileDesk(PageDesk):
    """Serves the page with nothing left out."""

    def writer(self, begun: str) -> PageStream:
        return EveryLetter(begun)


class Recital:
    """An answer that is known from the start."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[ChatChunk]:
        for piece in self._pieces:
            yield ContentChunk(text=piece)
        yield FinishChunk(reason=FinishReason.STOP)

    def close(self) -> None:
        """It ends by itself."""


class HostileChats:
    """Answers "letters 17" with payload 17, each letter in a chunk of its own."""

    def __init__(self, outside: str) -> None:
        self._payloads = tuple(payload.replace(OUTSIDE, outside) for payload in PAYLOADS)

    def stream(self, spec: LaunchSpec, request: ChatRequest) -> Recital:
        how, number = request.messages[-1].content.split()
        payload = self._payloads[int(number)]
        return Recital(payload if how == LETTERS else (payload,))


class Outside:
    """A place on this machine that is not the page's own; counts who connects."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.host = f"127.0.0.1:{listener.getsockname()[1]}"
        self.callers = 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self.callers += 1
            caller.close()


@dataclass
class Hostile:
    """A page, and where its answers try to reach."""

    page: ServedPage
    outside: Outside


@contextmanager
def hostile_page() -> Iterator[Hostile]:
    """Its engine is ready."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        outside = Outside(listener)
        clock = SystemClock()
        stack.callback(clock.close)
        service = LlamaCppService(FakeEngines(), HostileChats(outside.host), clock, Unwatched())
        stack.callback(service.close)
        page = stack.enter_context(page_over(service, LlamaCppConfig(), desk=HostileDesk))
        service.start(LlamaCppConfig()).result(10)
        yield Hostile(page, outside)
