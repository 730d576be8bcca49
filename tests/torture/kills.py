"""SIGKILL of a Paddock at random moments: nothing of it may be left."""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.engine.engine_setup import DEMO
from tests.requirements import llama_server
from tests.torture.figures import KillFigures, Milliseconds
from tests.torture.slow_model import write_slow_model
from tests.torture.tray import Told
from tests.torture.victim import LIMIT, Deathbed, Stage, Victim, bare_kill, stage_of, survivors
from tray.models.config import EngineKind, LlamaCppConfig

# About three microseconds of loading each.
STRINGS = 300_000
# How long after its beginning a stage is still likely to last, in seconds.
SPANS = {Stage.SPAWN: 0.12, Stage.LOAD: 0.8, Stage.STREAM: 0.4}
TRIES = 3


@dataclass(frozen=True)
class Kill:
    """One kill; ``engine_gone`` is ``None`` when there was no engine yet."""

    stage: Stage
    survivors: int
    paddock_gone: float
    engine_gone: float | None
    all_gone: float
    bare_kill: float


@dataclass(frozen=True)
class Arena:
    """Where kills happen. Engines alternate between the two kinds, if both are there."""

    folder: Path
    executable: Path | None

    def config(self, stage: Stage, number: int) -> LlamaCppConfig:
        slow = self.folder / "slow.gguf"
        if not slow.exists():
            write_slow_model(DEMO, slow, STRINGS)
        executable = self.executable if number % 2 else None
        return LlamaCppConfig(
            engine=EngineKind.EXECUTABLE if executable else EngineKind.BUNDLED,
            executable=executable,
            model_path=slow if stage is Stage.LOAD else DEMO,
            context_size=1024,
            threads=1,
        )

    def kill(self, aim: Stage, number: int, source: random.Random) -> Kill:
        """One Paddock killed at a random moment that was meant to be in a stage."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder = Path(name)
            with Victim(folder, self.config(aim, number)) as victim:
                return _kill(victim, folder, aim, number, source)


def kill_many(arena: Arena, counts: dict[Stage, int], seed: int) -> tuple[KillFigures, ...]:
    """So many kills in each stage, and those that missed the stage they were meant for."""
    source = random.Random(seed)
    kills: list[Kill] = []
    for aim, wanted in counts.items():
        hits = 0
        for number in range(wanted * TRIES):
            if hits >= wanted:
                break
            kills.append(arena.kill(aim, number, source))
            hits += kills[-1].stage is aim
    return tuple(
        _figures(stage, counts.get(stage, 0), [kill for kill in kills if kill.stage is stage])
        for stage in Stage
        if counts.get(stage) or any(kill.stage is stage for kill in kills)
    )


def _kill(victim: Victim, folder: Path, aim: Stage, number: int, source: random.Random) -> Kill:
    told = victim.tell("start")
    if aim is not Stage.SPAWN:
        told = victim.wait_for(Stage.LOAD, ready=True)
    with contextlib.ExitStack() as stack:
        if aim is Stage.STREAM:
            told = victim.wait_for(ready=True)
            victim.tell("chat")
            told = victim.wait_for(Stage.STREAM)
            if number % 4 < 2:
                stack.enter_context(_foreign_client(told))
        if aim is Stage.SPAWN and number % 4 < 2:
            # Random moments may all miss a stage of 50 ms: half of the tries hit it for sure.
            victim.wait_for_a_child()
        else:
            # The moment itself is random; there is nothing to wait for.
            time.sleep(source.uniform(0, SPANS[aim]))
        told = victim.tell("state")
        deathbed = Deathbed([victim.process.pid, *victim.descendants()])
        since = time.monotonic()
        victim.process.kill()
        ends = deathbed.ends(since)
    victim.process.wait()
    left, last = survivors(folder, since)
    bare = bare_kill()
    gone = ends.get(told.pid) if told.pid is not None else None
    own = ends.get(victim.process.pid, LIMIT * 1000)
    return Kill(stage_of(told), left, own, gone, max((*ends.values(), last)), bare)


@contextlib.contextmanager
def _foreign_client(told: Told) -> Iterator[None]:
    """Another program that reads a long answer, and is still reading at the kill."""
    assert told.connection is not None
    body = {"messages": [{"role": "user", "content": "hello"}], "stream": True}
    with (
        contextlib.suppress(httpx.HTTPError, OSError),
        httpx.Client(trust_env=False, timeout=10) as client,
        client.stream(
            "POST",
            f"{told.connection.base_url}/v1/chat/completions",
            json=body | {"ignore_eos": True, "n_predict": 900},
            headers={"Authorization": f"Bearer {told.connection.api_key}"},
        ) as response,
    ):
        next(response.iter_raw(64))
        yield


def _figures(stage: Stage, aimed: int, kills: list[Kill]) -> KillFigures:
    return KillFigures(
        stage=stage,
        aimed=aimed,
        kills=len(kills),
        survivors=sum(kill.survivors for kill in kills),
        paddock_gone=Milliseconds.of([kill.paddock_gone for kill in kills]),
        engine_gone=Milliseconds.of([k.engine_gone for k in kills if k.engine_gone is not None]),
        all_gone=Milliseconds.of([kill.all_gone for kill in kills]),
        bare_kill=Milliseconds.of([kill.bare_kill for kill in kills]),
    )


def executable_here() -> Path | None:
    """A real llama-server for torture: the one the tests use."""
    path = llama_server()
    return path if os.access(path, os.X_OK) else None
