"""What torture measures, as it is written to bench/torture.json."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tray.models.base import Frozen


class Milliseconds(Frozen):
    """A distribution; ``None`` where nothing was measured."""

    count: int
    p50: float | None = None
    p99: float | None = None
    max: float | None = None

    @classmethod
    def of(cls, values: Sequence[float]) -> Milliseconds:
        """The distribution of milliseconds; a percentile is a value that occurred."""
        if not values:
            return cls(count=0)
        ordered = sorted(values)

        def at(share: float) -> float:
            return ordered[max(0, math.ceil(len(ordered) * share) - 1)]

        return cls(count=len(ordered), p50=at(0.5), p99=at(0.99), max=ordered[-1])


class KillFigures(Frozen):
    """Random SIGKILLs of a Paddock in one stage, as its actor gave it before the kill.

    ``aimed`` is how many were wanted in this stage. ``engine_gone`` counts kills that
    had an engine; ``paddock_gone`` is how long Paddock itself took to die, ``all_gone``
    runs to the end of every process it had started. All are counted from the kill.
    ``survivors`` is how many were alive after the limit. ``bare_kill`` is what a plain
    SIGKILL of a busy process took at the same times: the machine's own share.
    """

    stage: str
    aimed: int
    kills: int
    survivors: int
    paddock_gone: Milliseconds
    engine_gone: Milliseconds
    all_gone: Milliseconds
    bare_kill: Milliseconds


class DecoyFigures(Frozen):
    """Runs beside somebody else's llama-server; ``touched`` counts harm done to it."""

    runs: int
    executable: str
    touched: int
    survivors: int


class CycleFigures(Frozen):
    """Start and stop in one process; growth after the warm-up, RSS in bytes."""

    cycles: int
    engine: str
    descriptors: int
    threads: int
    zombies: int
    rss: int


class FloodFigures(Frozen):
    """An engine that floods its log; bytes that came through the guard."""

    bytes_printed: int
    bytes_read: int
    log_bytes: int
    seconds: float


class SuiteFigures(Frozen):
    """A test of the suite, run in its long form."""

    test: str
    runs: int
    passed: bool


class Verdict(Frozen):
    """One line of the table."""

    what: str
    runs: int
    found: str
    wanted: str
    held: bool


class Torture(Frozen):
    """A whole run. ``scale`` is the share of the full counts."""

    version: str
    system: str
    python: str
    cores: int
    started: str
    scale: float
    load_before: float
    load_after: float
    kills: tuple[KillFigures, ...] = ()
    decoys: DecoyFigures | None = None
    cycles: CycleFigures | None = None
    flood: FloodFigures | None = None
    suite: tuple[SuiteFigures, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
