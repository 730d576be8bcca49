"""CPU that Paddock uses while nobody asks it for anything."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.bench.footprint import cpu_seconds
from tests.bench.resident import Resident, resident

SECONDS = 20.0
SETTLE = 3.0


def _target(name: str, limit: float) -> Target:
    return Target(name=name, unit="% of a core", comparison=Comparison.VALUE_AT_MOST, limit=limit)


TARGETS = (
    _target("idle CPU, headless, engine stopped", 0.2),
    _target("idle CPU, headless, engine running", 0.2),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    with resident(folder, "--headless") as paddock:
        stopped = idle_percent(paddock)
        paddock.start_engine()
        running = idle_percent(paddock)
    notes = [f"over {SECONDS:g} s, resident and guard, one sample a second"]
    return measured(TARGETS[0], [stopped], notes=notes), measured(TARGETS[1], [running])


def idle_percent(paddock: Resident) -> float:
    """Percent of one core over 20 seconds; the settings' default of one sample a second."""
    time.sleep(SETTLE)
    processes = paddock.ours()
    begun, before = time.monotonic(), cpu_seconds(processes)
    time.sleep(SECONDS)
    return (cpu_seconds(processes) - before) / (time.monotonic() - begun) * 100
