"""Memory of the resident process and all it started, the engine left out."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.footprint import anatomy, pss, whole
from tests.bench.resident import Resident, resident
from tests.engine.engine_setup import request

REPETITIONS = 3
SETTLE = 3.0
"""Seconds: a few samples of the metrics have been taken by then."""


def _target(name: str, limit: float) -> Target:
    return Target(name=name, unit="MB PSS", comparison=Comparison.VALUE_AT_MOST, limit=limit)


TARGETS = (
    _target("headless Paddock, engine stopped", 35),
    _target("headless Paddock, engine running", 45),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    stopped, running = [], []
    notes_stopped, notes = list[str](), list[str]()
    for number in range(REPETITIONS):
        with resident(folder / str(number), "--headless") as paddock:
            stopped.append(settled(paddock))
            notes_stopped = [*anatomy(paddock.ours()), shared_with_nobody(paddock)]
            paddock.start_engine()
            running.append(settled(paddock))
            notes = [*anatomy(paddock.ours()), shared_with_nobody(paddock)]
            notes.append(after_a_chat(paddock))
    return measured(TARGETS[0], stopped, notes=notes_stopped), measured(
        TARGETS[1], running, notes=notes
    )


def settled(paddock: Resident) -> float:
    """Megabytes once it only sits and waits."""
    time.sleep(SETTLE)
    return pss(paddock.ours())


def shared_with_nobody(paddock: Resident) -> str:
    return f"{whole(paddock.ours()):.1f} MB if no other program shared a page with it"


def after_a_chat(paddock: Resident) -> str:
    """What an answered question leaves behind, in words."""
    for _ in paddock.api.chat(request("How do I use my GPU?")):
        pass
    return f"{settled(paddock):.1f} MB after a chat"
