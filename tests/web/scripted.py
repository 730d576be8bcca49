"""Engines and answers of a script, through the service's own ports."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from tray.models.chat import ChatChunk, ChatRequest, ContentChunk, FinishChunk, FinishReason
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo
from tray.models.state import EngineInfo, ModelId

BROKEN = ServerFailure(
    cause=FailureCause.MODEL_CORRUPT,
    title="The model file is damaged",
    detail="Download it again, or choose another model. It ends 1.2 GiB too early.",
    log_lines=(
        "llama_model_load: error loading model: tensor 'blk.7.ffn_up.weight' data is not",
        "  within the file bounds, model is corrupted or incomplete",
        "llama_model_load_from_file_impl: failed to load model",
    ),
)


class ScriptedProcess:
    """An engine that is ready when the script lets it, and ends when asked."""

    pid = 4711

    def __init__(
        self, on_exit: Callable[[ServerFailure, bool], None], may_be_ready: threading.Event
    ) -> None:
        self._on_exit = on_exit
        self._may_be_ready = may_be_ready
        self._ended = False

    def wait_until_ready(
        self, cancelled: threading.Event, on_stalled: Callable[[bool], None]
    ) -> ReadyInfo | None:
        while not self._may_be_ready.wait(0.01):
            if cancelled.is_set():
                return None
        return ReadyInfo(context_size=1024)

    def terminate(self) -> None:
        self.crash(BROKEN)

    kill = terminate

    def crash(self, failure: ServerFailure) -> None:
        if not self._ended:
            self._ended = True
            self._on_exit(failure, False)


class ScriptedEngines:
    """``may_be_ready`` holds back a start; ``refusal`` makes the next ones fail."""

    def __init__(self) -> None:
        self.may_be_ready = threading.Event()
        self.may_be_ready.set()
        self.refusal: ServerFailure | None = None
        self.processes: list[ScriptedProcess] = []
        self.configs: list[LlamaCppConfig] = []

    def prepare(self, config: LlamaCppConfig) -> LaunchSpec:
        self.configs.append(config)
        if self.refusal is not None:
            raise PaddockError(self.refusal)
        path = config.model_path
        return LaunchSpec(
            argv=("engine",),
            environment={},
            working_directory=Path("/"),
            port=41234,
            api_key="k" * 32,
            alias="model",
            engine=EngineInfo(kind=EngineKind.BUNDLED, device="CPU"),
            model=ModelId(name=path.stem if path else "demo", path=path),
            display="engine",
        )

    def spawn(
        self,
        spec: LaunchSpec,
        on_started: Callable[[int], None],
        on_paused: Callable[[bool], None],
        on_exit: Callable[[ServerFailure, bool], None],
    ) -> ScriptedProcess:
        self.processes.append(ScriptedProcess(on_exit, self.may_be_ready))
        on_started(ScriptedProcess.pid)
        return self.processes[-1]


class ScriptedAnswer:
    """Says what is put into it, until a finish or a close."""

    def __init__(self, request: ChatRequest) -> None:
        self.request = request
        self.closed = threading.Event()
        self._chunks: queue.SimpleQueue[ChatChunk] = queue.SimpleQueue()

    def say(self, *chunks: ChatChunk | str) -> None:
        for chunk in chunks:
            self._chunks.put(ContentChunk(text=chunk) if isinstance(chunk, str) else chunk)

    def finish(self, finish: FinishChunk | None = None) -> None:
        self.say(finish or FinishChunk(reason=FinishReason.STOP))

    def __iter__(self) -> Iterator[ChatChunk]:
        while not isinstance(chunk := self._chunks.get(), FinishChunk):
            yield chunk
        yield chunk

    def close(self) -> None:
        self.closed.set()
        self.finish(FinishChunk(reason=FinishReason.CANCELLED))


class ScriptedChats:
    """Hands each new answer to whoever waits for it in ``next``."""

    def __init__(self) -> None:
        self._answers: queue.SimpleQueue[ScriptedAnswer] = queue.SimpleQueue()

    def stream(self, spec: LaunchSpec, request: ChatRequest) -> ScriptedAnswer:
        answer = ScriptedAnswer(request)
        self._answers.put(answer)
        return answer

    def next(self) -> ScriptedAnswer:
        """The answer to the next question the page asks."""
        return self._answers.get(timeout=20)
