"""Engines and answers of a script, through the service's own ports."""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Iterator

from tests.contract.guard_setup import until
from tests.unit.service_fakes import FakeEngines
from tray.infrastructure.clock import SystemClock
from tray.models.chat import ChatChunk, ChatRequest, ContentChunk, FinishChunk, FinishReason
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec
from tray.models.state import ModelId

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
TOO_LONG = FinishChunk(
    reason=FinishReason.ERROR,
    failure=ServerFailure(
        cause=FailureCause.REQUEST_REFUSED,
        title="The chat is too long for this model",
        detail="With your message it has 812,345 tokens; the model was started with a context of "
        "4,096. Begin a new chat, send less, or start the model with a longer context.",
    ),
)


class ScriptedEngines(FakeEngines):
    """``may_be_ready`` holds back a start; remembers what was to be launched."""

    def __init__(self) -> None:
        super().__init__()
        self.configs: list[LlamaCppConfig] = []

    def prepare(self, config: LlamaCppConfig) -> LaunchSpec:
        self.configs.append(config)
        path = config.model_path
        model = ModelId(name=path.stem if path else "demo", path=path)
        return super().prepare(config).model_copy(update={"model": model})

    def refuse(self, failure: ServerFailure | None) -> None:
        """Make every start fail from now on, or none."""
        self.refuse_prepare = None if failure is None else PaddockError(failure)


class ScriptedClock(SystemClock):
    """Real time, until it is held: what is shown for a second stays until the test moves on."""

    def __init__(self) -> None:
        super().__init__()
        self._held_at: float | None = None

    def now(self) -> float:
        return super().now() if self._held_at is None else self._held_at

    def hold(self) -> None:
        # A whole number: some seconds in a row are exactly as many at once.
        self._held_at = float(math.ceil(self.now()))

    def second_passes(self) -> None:
        """Once something waits for its end."""
        end = self.now() + 1
        until(lambda: any(due <= end for due, *_ in self._timers))
        with self._changed:
            self._held_at = end
            self._changed.notify()


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

    def next(self, timeout: float = 20) -> ScriptedAnswer:
        """The answer to the next question the page asks; queue.Empty without one."""
        return self._answers.get(timeout=timeout)
