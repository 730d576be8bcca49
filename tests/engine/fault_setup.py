"""The real service over an engine that fails on purpose, and what it must answer meanwhile."""

import shlex
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.contract.fake_servers import fake_server
from tests.engine.engine_setup import DEMO, WAIT, request
from tray.models.chat import ChatChunk, FinishChunk
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.state import ModelState
from tray.services.llama.service import LlamaCppService

PROGRAM = Path(__file__).with_name("fake_engine.py")
SOON = 2.0


class FakeEngine:
    """A configuration whose engine has one fault; ``allow`` lets it go on."""

    def __init__(self, folder: Path, fault: str) -> None:
        self._folder = folder / "allowed"
        self._folder.mkdir()
        command = shlex.join((sys.executable, "-I", "-S", str(PROGRAM), fault, str(self._folder)))
        executable = fake_server(folder / "llama-server", f'exec {command} "$@"')
        self.config = LlamaCppConfig(
            engine=EngineKind.EXECUTABLE, executable=executable, model_path=DEMO
        )

    def allow(self, *names: str) -> None:
        for name in names:
            (self._folder / name).touch()


def seen_soon(
    service: LlamaCppService, right: Callable[[ModelState], bool], seconds: float = SOON
) -> ModelState:
    """The first right snapshot, of a state that lasts; each time the service answers, too."""
    deadline = time.monotonic() + seconds
    states = service.subscribe()
    try:
        while (left := deadline - time.monotonic()) > 0:
            state = states.get(left)
            answers(service)
            if state is not None and right(state):
                return state
    finally:
        states.close()
    raise AssertionError(f"not within {seconds} s: {service.state}")


def answers(service: LlamaCppService) -> None:
    """A snapshot comes, whatever the engine does."""
    states = service.subscribe()
    assert states.get(WAIT) is not None
    states.close()


def chat_in_thread(service: LlamaCppService) -> "Future[FinishChunk]":
    """Send a chat and read it to its end; the future gets its last chunk."""
    future: Future[FinishChunk] = Future()
    first = threading.Event()

    def read() -> None:
        chunks: list[ChatChunk] = []
        for chunk in service.send_chat_message(request("hello")):
            chunks.append(chunk)
            first.set()
        assert isinstance(chunks[-1], FinishChunk)
        future.set_result(chunks[-1])

    threading.Thread(target=read).start()
    assert first.wait(10)
    return future


@contextmanager
def impostor(port: int, *, asks_for_a_key: bool) -> Iterator[list[str]]:
    """Somebody else on the port who answers 200; yields the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            refuse = asks_for_a_key and self.path != "/health" and not self.headers["Authorization"]
            self.send_response(401 if refuse else 200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()
