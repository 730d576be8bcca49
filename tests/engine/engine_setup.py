"""The real service over real engines, in folders of the test's own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.requirements import need_llama_server
from tray.infrastructure.clock import SystemClock
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.infrastructure.llama.engines import LlamaEngines
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.infrastructure.llama.launch.setup import user_launch_preparer
from tray.infrastructure.logs import ApplicationLog, EngineLog
from tray.models.chat import ChatChunk, ChatMessage, ChatRequest, ContentChunk, FinishChunk, Role
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.service import LlamaCppService

DEMO = Path(__file__).parents[2] / "assets" / "demo_model" / "demo.gguf"
WAIT = 60.0
QUESTION = "How do I use my GPU?"


class Unwatched:
    """An EngineWatch for tests that measure nothing."""

    def watch(self, pid: int | None) -> None:
        pass


@contextmanager
def running_service(folder: Path, clock: SystemClock | None = None) -> Iterator[LlamaCppService]:
    """A service of real parts; nothing of it is left afterwards."""
    preparer = user_launch_preparer(folder / "engine", folder / "models", lambda: None)
    log, clock = ApplicationLog(folder), clock or SystemClock()
    engines = LlamaEngines(preparer.prepare, explain_exit, lambda _: EngineLog(log))
    service = LlamaCppService(engines, HttpChatClient(), clock, Unwatched())
    try:
        yield service
    finally:
        service.close()
        clock.close()
        log.close()
        assert service.state.phase is ServerPhase.CLOSED, "an engine is left"


def config_of(kind: EngineKind, model: Path = DEMO, alias: str | None = None) -> LlamaCppConfig:
    """One thread: more of them crawl on a busy machine."""
    executable = need_llama_server() if kind is EngineKind.EXECUTABLE else None
    return LlamaCppConfig(
        engine=kind,
        executable=executable,
        model_path=model,
        alias=alias,
        context_size=1024,
        threads=1,
    )


def started(service: LlamaCppService, config: LlamaCppConfig) -> ModelState:
    state = service.start(config).result(WAIT)
    assert state.phase is ServerPhase.READY, state.failure
    return state


def ask(service: LlamaCppService, question: str = QUESTION) -> tuple[str, FinishChunk]:
    chunks = list(service.send_chat_message(request(question)))
    finish = chunks[-1]
    assert isinstance(finish, FinishChunk)
    return text_of(chunks), finish


def request(question: str, max_tokens: int | None = None) -> ChatRequest:
    message = ChatMessage(role=Role.USER, content=question)
    return ChatRequest(messages=(message,), max_tokens=max_tokens)


def text_of(chunks: list[ChatChunk]) -> str:
    return "".join(c.text for c in chunks if isinstance(c, ContentChunk))


def wait_for(service: LlamaCppService, phase: ServerPhase) -> ModelState:
    states = service.subscribe()
    try:
        while (state := states.get(WAIT)) is not None:
            if state.phase is phase:
                return state
    finally:
        states.close()
    raise AssertionError(f"never {phase}: {service.state}")


class History:
    """Every snapshot from now on, read on a thread of its own: a BACKOFF is over in a second.

    The thread ends with the service.
    """

    def __init__(self, service: LlamaCppService) -> None:
        self._states = service.subscribe()
        self._seen: list[ModelState] = []
        self._more = threading.Condition()
        threading.Thread(target=self._collect).start()

    def first(self, right: Callable[[ModelState], bool]) -> ModelState:
        """The first of them all that is right; waits until it has come."""
        with self._more:
            self._more.wait_for(lambda: any(map(right, self._seen)), WAIT)
            found = next(filter(right, self._seen), None)
            assert found is not None, f"not among {[state.phase for state in self._seen]}"
        return found

    def _collect(self) -> None:
        for state in self._states:
            with self._more:
                self._seen.append(state)
                self._more.notify_all()


def in_phase(*phases: ServerPhase) -> Callable[[ModelState], bool]:
    return lambda state: state.phase in phases


def process_of(state: ModelState) -> psutil.Process:
    assert state.pid is not None
    return psutil.Process(state.pid)
