"""Tokens a second and time to the first token, against a bare client on the same engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.reciter import write_reciter
from tests.engine.engine_setup import config_of, request, running_service, started
from tray.models.chat import ContentChunk
from tray.models.config import EngineKind
from tray.services.llama.service import LlamaCppService

QUESTION = "word1 word2 word3 word4 word5 word6 word7 word8"
TOKENS, REPETITIONS = 400, 24
FEW_TOKENS, MORE_REPETITIONS = 5, 80

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
    with running_service(folder) as service, _client() as client:
        started(service, config)
        long = _by_turns(service, client, TOKENS, REPETITIONS)
        short = _by_turns(service, client, FEW_TOKENS, MORE_REPETITIONS)
    made = "the bundled engine with one thread, on a model made for it"
    return (
        measured(TARGETS[0], *long.speeds, [f"{TOKENS} tokens from {made}"]),
        measured(TARGETS[1], *short.first_tokens, [f"{FEW_TOKENS} tokens from the same"]),
    )


@dataclass
class Sides:
    """What both sides took, ours first: tokens a second and milliseconds to the first."""

    speeds: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    first_tokens: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))


def _by_turns(service: LlamaCppService, client: httpx.Client, count: int, times: int) -> Sides:
    sides = Sides()
    ask = (lambda: _through_service(service, count), lambda: _bare(client, service, count))
    # The first of each is for warming up.
    for number in range(-1, times):
        for side in (0, 1) if number % 2 else (1, 0):
            speed, first_token = _timed(ask[side](), count)
            if number >= 0:
                sides.speeds[side].append(speed)
                sides.first_tokens[side].append(first_token)
    return sides


def _timed(moments: Iterator[float], count: int) -> tuple[float, float]:
    """Tokens a second after the first, and milliseconds to the first."""
    asked = time.perf_counter()
    arrived = list(moments)
    assert len(arrived) == count
    return (len(arrived) - 1) / (arrived[-1] - arrived[0]), (arrived[0] - asked) * 1000


def _through_service(service: LlamaCppService, count: int) -> Iterator[float]:
    """When each token came."""
    for chunk in service.send_chat_message(request(QUESTION, count)):
        if isinstance(chunk, ContentChunk):
            yield time.perf_counter()


def _bare(client: httpx.Client, service: LlamaCppService, count: int) -> Iterator[float]:
    """The least a client can do: lines that carry content, not even parsed."""
    connection = service.connection()
    body = {"messages": [{"role": "user", "content": QUESTION}], "stream": True}
    with client.stream(
        "POST",
        f"{connection.base_url}/v1/chat/completions",
        json=body | {"max_tokens": count},
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
