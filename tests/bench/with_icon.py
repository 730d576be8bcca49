"""Memory and idle CPU of a resident Paddock that shows its icon in a real panel."""

from __future__ import annotations

from pathlib import Path

from tests.bench.figures import Comparison, Figure, NotMeasured, Target, measured
from tests.bench.footprint import anatomy
from tests.bench.idle import SECONDS, idle_percent
from tests.bench.memory import settled, shared_with_nobody
from tests.bench.panel import panel
from tests.bench.resident import resident

REPETITIONS = 3


def _target(name: str, unit: str, limit: float) -> Target:
    return Target(name=name, unit=unit, comparison=Comparison.VALUE_AT_MOST, limit=limit)


TARGETS = (
    _target("Paddock with icon, engine stopped", "MB PSS", 50),
    _target("Paddock with icon, engine running", "MB PSS", 60),
    _target("idle CPU, icon, engine stopped", "% of a core", 0.3),
    _target("idle CPU, icon, engine running", "% of a core", 0.3),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """The popover is closed all the time; the last repetition measures the CPU, too."""
    sizes: tuple[list[float], list[float]] = ([], [])
    notes: list[tuple[str, ...]] = []
    loads: list[float] = []
    with panel(folder / "desktop") as (desktop, bus):
        for number in range(REPETITIONS):
            last = number == REPETITIONS - 1
            with resident(desktop.folder, environment=desktop.environment) as paddock:
                bus.wait_for_icon()
                for running in (False, True):
                    if running:
                        paddock.start_engine()
                    sizes[running].append(settled(paddock))
                    if last:
                        notes.append((*anatomy(paddock.ours()), shared_with_nobody(paddock)))
                        loads.append(idle_percent(paddock))
            if bus.items():
                raise NotMeasured("an icon outlived its Paddock")
    over = [f"over {SECONDS:g} s, one sample a second"]
    return (
        measured(TARGETS[0], sizes[0], notes=notes[0]),
        measured(TARGETS[1], sizes[1], notes=notes[1]),
        measured(TARGETS[2], loads[:1], notes=over),
        measured(TARGETS[3], loads[1:]),
    )
