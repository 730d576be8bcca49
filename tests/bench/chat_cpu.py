"""CPU a chunk costs on its way through the chat path, in a flood from a socket."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
from httpx_sse import connect_sse

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.recorded_service import recorded_server, recorded_service
from tests.engine.engine_setup import request
from tray.models.chat import ContentChunk
from tray.services.llama.service import LlamaCppService

CHUNKS = 30_000
REPETITIONS = 7

TARGETS = (
    Target(
        name="CPU per chunk, flood",
        unit="µs",
        comparison=Comparison.RATIO_AT_MOST,
        limit=2.0,
        compared_with="httpx-sse alone",
    ),
)


def measure(_folder: Path) -> tuple[Figure, ...]:
    """Both read the same 30,000 events from another process, in turn, on this thread."""
    ours, alone = [], []
    with recorded_server(CHUNKS) as port, recorded_service(port) as service, _client() as client:
        _through_service(service)
        _httpx_sse_alone(client, port)
        for _ in range(REPETITIONS):
            alone.append(_httpx_sse_alone(client, port))
            ours.append(_through_service(service))
    return (measured(TARGETS[0], ours, alone, ["thread time of the reading thread"]),)


def _through_service(service: LlamaCppService) -> float:
    """CPU microseconds for each chunk."""
    before, count = time.thread_time(), 0
    for chunk in service.send_chat_message(request("hello")):
        count += isinstance(chunk, ContentChunk)
    spent = time.thread_time() - before
    assert count == CHUNKS
    return spent / CHUNKS * 1e6


def _httpx_sse_alone(client: httpx.Client, port: int) -> float:
    """The same for reading the events and doing nothing with their text."""
    before, count = time.thread_time(), 0
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    with connect_sse(client, "POST", url, json={}) as source:
        for event in source.iter_sse():
            count += event.data != "[DONE]"
    spent = time.thread_time() - before
    assert count == CHUNKS + 1
    return spent / CHUNKS * 1e6


def _client() -> httpx.Client:
    return httpx.Client(trust_env=False, timeout=60.0)
