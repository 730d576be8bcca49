"""Tokens a second and time to the first token, against a bare client on the same engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.reciter import write_reciter
from tests.engine.engine_setup import config_of, request, running_service, started
from tray.models.chat import ContentChunk
from tray.models.config import EngineKind
from tray.services.llama.service import LlamaCppService

QUESTION = "word1 word2 word3 word4 word5 word6 word7 word8"
TOKENS = 400
REPETITIONS = 24

TARGETS = (
    Target(
        name="tokens per second",
        unit="tokens/s",
        comparison=Comparison.RATIO_AT_LEAST,
        limit=0.98,
        compared_with="bare client",
    ),
    Target(
        name="time to first token",
        unit="ms",
        comparison=Comparison.DIFFERENCE_AT_MOST,
        limit=3.0,
        compared_with="bare client",
    ),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """Each repetition asks both, the first one in turn: caches favour the second."""
    config = config_of(EngineKind.BUNDLED, write_reciter(folder / "reciter.gguf"), "demo")
    ours: list[tuple[float, float]] = []
    bare: list[tuple[float, float]] = []
    with running_service(folder) as service, _client() as client:
        started(service, config)
        for number in range(REPETITIONS + 1):
            sides = [(ours, _through_service(service)), (bare, _bare(client, service))]
            for results, moments in sides if number % 2 else reversed(sides):
                results.append(_timed(moments))
    notes = [f"{TOKENS} tokens from the bundled engine with one thread, model made for it"]
    # Without the first of each, which warmed up engine and client.
    our_speed, our_first = zip(*ours[1:], strict=True)
    bare_speed, bare_first = zip(*bare[1:], strict=True)
    return (
        measured(TARGETS[0], our_speed, bare_speed, notes),
        measured(TARGETS[1], our_first, bare_first),
    )


def _timed(moments: Iterator[float]) -> tuple[float, float]:
    """Tokens a second after the first, and milliseconds to the first."""
    asked = time.perf_counter()
    arrived = list(moments)
    assert len(arrived) == TOKENS
    return (len(arrived) - 1) / (arrived[-1] - arrived[0]), (arrived[0] - asked) * 1000


def _through_service(service: LlamaCppService) -> Iterator[float]:
    """When each token came."""
    for chunk in service.send_chat_message(request(QUESTION, TOKENS)):
        if isinstance(chunk, ContentChunk):
            yield time.perf_counter()


def _bare(client: httpx.Client, service: LlamaCppService) -> Iterator[float]:
    """The least a client can do: lines that carry content, not even parsed."""
    connection = service.connection()
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with client.stream(
        "POST",
        f"{connection.base_url}/v1/chat/completions",
        json=body | {"max_tokens": TOKENS},
        headers={"Authorization": f"Bearer {connection.api_key}"},
    ) as response:
        rest = b""
        for data in response.iter_raw():
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if b'"delta":{"content":"' in line:
                    yield time.perf_counter()


def _client() -> httpx.Client:
    """A connection for each request: the engine may close one that was left open."""
    alone = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(trust_env=False, verify=False, timeout=60.0, limits=alone)
