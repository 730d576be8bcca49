"""LlamaCppService: the one door to the server. Any thread may call any of it."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future

from tray.models.chat import ChatRequest
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec
from tray.models.metrics import ServerMetrics
from tray.models.state import Connection, ModelState, ServerPhase
from tray.services.llama import messages as m
from tray.services.llama.actor import LlamaActor
from tray.services.llama.broadcast import Broadcast, Subscription
from tray.services.llama.chat import ChatRegistry, ChatStream
from tray.services.llama.effects import EffectRunner
from tray.services.llama.ports import ChatClient, Clock, Engines, EngineWatch

CLOSE_TIMEOUT = 10.0


class LlamaCppService:
    """States intent and returns at once; the actor decides what it means."""

    def __init__(
        self, engines: Engines, chats: ChatClient, clock: Clock, watch: EngineWatch
    ) -> None:
        self._chats = chats
        self._broadcast = Broadcast(ModelState())
        self._answering: tuple[ModelState, LaunchSpec] | None = None
        self._tickets = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[ModelState]] = {}
        self._closed: ModelState | None = None
        self._registry = ChatRegistry(self._post, clock.now)
        runner = EffectRunner(engines, clock, watch, self._registry, self.get_metrics)
        self._actor = LlamaActor(clock, runner.perform, self._publish, self._resolve)
        runner.post = self._post
        self._actor.start()

    def start(self, config: LlamaCppConfig) -> "Future[ModelState]":
        """Run this configuration; a different one that runs is replaced.

        The future gets the snapshot that settles it: READY, FAILED, STOPPED
        (a later stop won) or CLOSED.
        """
        return self._ask(lambda ticket: m.Start(config, ticket))

    def stop(self) -> "Future[ModelState]":
        """Stop the server; the future gets the snapshot once it is gone."""
        return self._ask(m.Stop)

    def stop_unless_answering(self) -> "Future[ModelState]":
        """The same, or nothing at all while a chat is being answered."""
        return self._ask(lambda ticket: m.Stop(ticket, unless_answering=True))

    def send_chat_message(self, request: ChatRequest) -> ChatStream:
        """Stream the answer of the running server.

        The request is sent when the stream is first iterated. Raises
        PaddockError (NOT_RUNNING) unless the server is READY.
        """
        state, spec = self._running()
        answer = self._chats.stream(spec, request)
        return ChatStream(answer, self._registry, state.run, state.context_size)

    def get_metrics(self) -> ServerMetrics | None:
        """The latest sample; ``None`` before the first."""
        return self.state.metrics

    def is_running(self) -> bool:
        """Whether the server is READY."""
        return self.state.phase is ServerPhase.READY

    def subscribe(self) -> Subscription:
        """All snapshots from now on, the current one first."""
        return self._broadcast.subscribe()

    @property
    def state(self) -> ModelState:
        return self._broadcast.current

    def connection(self) -> Connection:
        """Address and key of the running server; PaddockError (NOT_RUNNING) without one."""
        _, spec = self._running()
        return Connection(base_url=spec.base_url, api_key=spec.api_key)

    def metrics_sampled(self, metrics: ServerMetrics) -> None:
        """Take a sample from the metrics thread."""
        speed = {"tokens_per_second": self._registry.speed()}
        self._post(m.MetricsSampled(metrics.model_copy(update=speed)))

    def close(self) -> None:
        """Stop the server for good and end the actor; returns when both are gone."""
        self._ask(m.Close)
        self._actor.join(CLOSE_TIMEOUT)
        self._broadcast.close()

    def _running(self) -> tuple[ModelState, LaunchSpec]:
        answering = self._answering
        if answering is None:
            raise PaddockError(not_running(self.state))
        return answering

    def _post(self, message: m.Message) -> None:
        self._actor.post(message)

    def _ask(self, make: Callable[[int], m.Command]) -> "Future[ModelState]":
        future: Future[ModelState] = Future()
        with self._lock:
            if self._closed is not None:
                future.set_result(self._closed)
                return future
            ticket = next(self._tickets)
            self._waiting[ticket] = future
        self._post(make(ticket))
        return future

    def _publish(self, state: ModelState, spec: LaunchSpec | None) -> None:
        self._answering = None if spec is None else (state, spec)
        self._broadcast.publish(state)
        if state.phase is ServerPhase.CLOSED:
            self._settle_all(state)

    def _settle_all(self, last: ModelState) -> None:
        """Nobody may wait for an actor that has ended."""
        with self._lock:
            self._closed = last
            waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            future.set_result(last)

    def _resolve(self, ticket: int, state: ModelState) -> None:
        with self._lock:
            future = self._waiting.pop(ticket, None)
        if future is not None:
            future.set_result(state)


def not_running(state: ModelState) -> ServerFailure:
    """Why a chat cannot be sent now."""
    return ServerFailure(
        cause=FailureCause.NOT_RUNNING,
        title="The engine is not running",
        detail=f"It is {state.phase.value}. Start it, then send the message again.",
    )
