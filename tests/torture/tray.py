"""A small Paddock to be killed: ``python -m tests.torture.tray FOLDER CONFIG``.

It owns the real service, as the resident does, and obeys one word a line:
``start``, ``chat``, ``state`` or ``stop``. Each is answered with one line of JSON.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tray.infrastructure.clock import SystemClock
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.infrastructure.llama.engines import LlamaEngines
from tray.infrastructure.llama.failures.explain import explain_exit
from tray.infrastructure.llama.launch.setup import user_launch_preparer
from tray.infrastructure.llama.supervision.records import user_launch_records
from tray.infrastructure.logs import ApplicationLog, EngineLog
from tray.models.base import Frozen
from tray.models.chat import ChatMessage, ChatRequest, Role
from tray.models.config import LlamaCppConfig
from tray.models.failure import PaddockError
from tray.models.state import Connection, ServerPhase
from tray.services.llama.service import LlamaCppService

WAIT = 60.0


class Told(Frozen):
    """What the actor's latest snapshot says."""

    phase: ServerPhase
    pid: int | None
    chats: int
    failure: str | None = None
    connection: Connection | None = None


class Unwatched:
    """An EngineWatch that measures nothing."""

    def watch(self, pid: int | None) -> None:
        pass


@contextmanager
def service_in(folder: Path) -> Iterator[LlamaCppService]:
    """The real parts, as the composition root puts them together."""
    preparer = user_launch_preparer(folder / "engine", folder / "models", lambda: None)
    log, clock = ApplicationLog(folder), SystemClock()
    records = user_launch_records(folder)
    engines = LlamaEngines(preparer.prepare, explain_exit, lambda _: EngineLog(log), records)
    service = LlamaCppService(engines, HttpChatClient(), clock, Unwatched())
    try:
        yield service
    finally:
        service.close()
        clock.close()
        log.close()


def told_of(service: LlamaCppService) -> Told:
    state = service.state
    connection = service.connection() if state.phase is ServerPhase.READY else None
    failure = None if state.failure is None else state.failure.title
    return Told(
        phase=state.phase,
        pid=state.pid,
        chats=state.active_chats,
        failure=failure,
        connection=connection,
    )


def chat_for_ever(service: LlamaCppService) -> None:
    message = ChatMessage(role=Role.USER, content="How do I use my GPU?")
    while True:
        try:
            for _ in service.send_chat_message(ChatRequest(messages=(message,))):
                pass
        except PaddockError:
            return


def obey(service: LlamaCppService, word: str, config: LlamaCppConfig) -> None:
    if word == "start":
        service.start(config)
    elif word == "stop":
        service.stop().result(WAIT)
    elif word == "chat":
        threading.Thread(target=chat_for_ever, args=(service,), daemon=True).start()


def main(folder: Path, config: LlamaCppConfig) -> None:
    with service_in(folder) as service:
        print("up", flush=True)
        for line in sys.stdin:
            obey(service, line.strip(), config)
            print(told_of(service).model_dump_json(), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), LlamaCppConfig.model_validate_json(sys.argv[2]))
