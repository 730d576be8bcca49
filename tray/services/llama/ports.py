"""What the actor and the service need from infrastructure, and no more."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import Protocol

from tray.models.chat import ChatChunk, ChatRequest
from tray.models.config import LlamaCppConfig
from tray.models.failure import ServerFailure
from tray.models.launch import LaunchSpec, ReadyInfo, Vitals


class EngineProcess(Protocol):
    """A spawned engine that is ours. Every call but the waiting one returns at once."""

    @property
    def pid(self) -> int | None:
        """The engine's pid once the operating system has given one."""

    def terminate(self) -> None:
        """Ask it to end; a repeated call does nothing."""

    def kill(self) -> None:
        """End the whole process tree now."""

    def wait_until_ready(
        self, cancelled: Event, on_stalled: Callable[[bool], None]
    ) -> ReadyInfo | None:
        """Block until this very process answers with our key; ``None`` if cancelled.

        ``on_stalled`` is told when loading stops making progress and when it
        goes on. Raises PaddockError when somebody else answers on the port.
        """

    def vitals(self, *, ask_slots: bool) -> Vitals:
        """What can be seen of it now; asking its slots may take a second."""


class Engines(Protocol):
    """Finds, spawns and watches llama.cpp servers."""

    def prepare(self, config: LlamaCppConfig) -> LaunchSpec:
        """Resolve engine, model and port; may take seconds.

        Raises PaddockError with the reason when nothing could be launched.
        """

    def spawn(
        self,
        spec: LaunchSpec,
        on_started: Callable[[int], None],
        on_paused: Callable[[bool], None],
        on_exit: Callable[[ServerFailure, bool], None],
    ) -> EngineProcess:
        """Start the process and return at once.

        ``on_started`` gets the engine's pid. ``on_paused`` is told when a signal
        stops the engine's process and when one continues it. ``on_exit`` is called exactly once,
        when the engine and everything it started are gone: with the reason, and
        whether starting again could help. All come from another thread.
        Raises PaddockError when spawning fails.
        """


class ChatAnswer(Protocol):
    """One streamed answer, not yet consumed."""

    def __iter__(self) -> Iterator[ChatChunk]:
        """Yield chunks; the last one is a FinishChunk, always."""

    def close(self) -> None:
        """Cancel: close the connection. Any thread, any time, any number of times."""


class ChatClient(Protocol):
    """Speaks the chat protocol of a running engine."""

    def stream(self, spec: LaunchSpec, request: ChatRequest) -> ChatAnswer:
        """Prepare an answer; the request is sent when it is first iterated."""


class Clock(Protocol):
    """Monotonic seconds and one-shot timers."""

    def now(self) -> float: ...

    def call_later(self, seconds: float, action: Callable[[], None]) -> None: ...


class EngineWatch(Protocol):
    """Measures one process beside the machine."""

    def watch(self, pid: int | None) -> None:
        """Measure this process from now on; ``None`` stops it."""
