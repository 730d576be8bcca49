"""The real service and chat client before a recorded engine."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engine.engine_setup import Unwatched, started
from tests.unit.service_fakes import FakeEngines
from tray.infrastructure.clock import SystemClock
from tray.infrastructure.llama.client.chat import HttpChatClient
from tray.models.config import LlamaCppConfig
from tray.models.launch import LaunchSpec
from tray.services.llama.service import LlamaCppService

ROOT = Path(__file__).resolve().parents[2]


class RecordedEngines(FakeEngines):
    """What they "spawn" serves already, at this port."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def prepare(self, config: LlamaCppConfig) -> LaunchSpec:
        return super().prepare(config).model_copy(update={"port": self._port})


@contextmanager
def recorded_server(count: int, per_second: float = 0.0) -> Iterator[int]:
    """The port of a process that answers every request with ``count`` pieces."""
    process = subprocess.Popen(
        (sys.executable, "-m", "tests.bench.recorded", str(count), str(per_second)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


@contextmanager
def recorded_service(port: int) -> Iterator[LlamaCppService]:
    """A READY service whose engine is the recorded one at ``port``."""
    clock = SystemClock()
    service = LlamaCppService(RecordedEngines(port), HttpChatClient(), clock, Unwatched())
    try:
        started(service, LlamaCppConfig())
        yield service
    finally:
        service.close()
        clock.close()
