"""Paddock's page and llama-server's own behind the same recorded answer of 20,000 tokens."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench.figures import Comparison, Figure, NotMeasured, Spread, Target, measured
from tests.bench.footprint import anatomy, pss
from tests.bench.two_pages.chromium import Chromium, chromium
from tests.bench.two_pages.opening import Opened, cold_page, long_conversation
from tests.bench.two_pages.sides import PaddockSide, Side, paddock_side, webui_side
from tests.bench.two_pages.streaming import Streamed, stream_answer

COLD = 7
SETTLE = 5.0
OTHER = "llama-server's page"


def _target(
    name: str, unit: str, limit: float, comparison: Comparison = Comparison.VALUE_AT_MOST
) -> Target:
    compared = None if name.startswith("resident") else OTHER
    return Target(
        name=f"page: {name}", unit=unit, comparison=comparison, limit=limit, compared_with=compared
    )


_RATIO, _LEAST = Comparison.RATIO_AT_MOST, Comparison.VALUE_AT_LEAST
_BUSY = "main-thread ms a frame, last quarter"
_FRAMES = "frames with a change, last quarter"
TARGETS = (
    _target("CPU per 1,000 tokens at 100 tokens/s, browser plus Paddock", "s", 0.2, _RATIO),
    _target(_FRAMES, "per second", 25, _LEAST),
    _target("the same, last quarter to first", "", 0.9, _LEAST),
    _target(_BUSY, "ms", 10),
    _target("key press to screen, last quarter, median", "ms", 16),
    _target("key press to screen, last quarter, worst", "ms", 50),
    _target("long tasks over 50 ms", "", 0),
    _target("ready to type, cold", "s", 0.15, _RATIO),
    _target("bytes of the cold page", "kB", 100),
    _target("CPU of the cold page", "s", 0.15, _RATIO),
    _target("browser with the answer on screen", "MB PSS", 0.6, _RATIO),
    _target("500 messages opened", "ms", 150),
    _target("500 messages opened and scrolled to the top, CPU", "s", 1),
    _target("tokens/s it keeps up with", "tokens/s", 2000, _LEAST),
    _target("resident Paddock after that chat, page closed", "MB PSS", 75),
)


@dataclass
class Seen:
    """All that was measured of one page."""

    streamed: Streamed
    cold: list[Opened]
    long: Opened
    resident: float | None = None
    notes: tuple[str, ...] = ()

    def values(self) -> tuple[list[float], ...]:
        """For each target, in order; the last is Paddock's alone."""
        first, last = self.streamed.windows[0], self.streamed.windows[-1]
        keys = sorted(self.streamed.keys)
        return (
            [self.streamed.cpu_per_thousand],
            [last.frame_rate],
            [last.frame_rate / first.frame_rate],
            [last.busy_ms],
            [keys[len(keys) // 2]],
            [keys[-1]],
            [float(len(self.streamed.long_tasks))],
            [one.milliseconds / 1000 for one in self.cold],
            [one.received / 1000 for one in self.cold],
            [one.cpu_seconds for one in self.cold],
            [self.streamed.memory],
            [self.long.milliseconds],
            [self.long.cpu_seconds],
            [self.streamed.kept_up],
            [] if self.resident is None else [self.resident],
        )


def measure(folder: Path) -> tuple[Figure, ...]:
    """Each page in a browser of its own, first Paddock's."""
    ours = _see(partial(paddock_side, folder / "paddock"))
    try:
        other, reason = _see(webui_side), ""
    except NotMeasured as error:
        other, reason = None, str(error)
    compared = other.values() if other else tuple([] for _ in TARGETS)
    return tuple(
        _figure(target, mine, its, reason, _notes(index, ours, other))
        for index, (target, mine, its) in enumerate(
            zip(TARGETS, ours.values(), compared, strict=True)
        )
    )


def _see(side: Callable[[], AbstractContextManager[Side]]) -> Seen:
    with side() as page:
        print(f"  {page.name} …", file=sys.stderr, flush=True)
        with chromium() as browser:
            seen = _look(browser, page)
        if isinstance(page, PaddockSide):
            time.sleep(SETTLE)
            seen.resident = pss(page.services())
            seen.notes = anatomy(page.services())
        return seen


def _look(browser: Chromium, page: Side) -> Seen:
    cold = [cold_page(browser, page) for _ in range(COLD)]
    streamed = stream_answer(browser, page)
    return Seen(streamed, cold, long_conversation(browser, page))


def _figure(
    target: Target, ours: Sequence[float], other: Sequence[float], reason: str, notes: Sequence[str]
) -> Figure:
    if target.comparison is _RATIO and not other:
        return Figure(target=target, ours=Spread.of(ours), notes=tuple(notes), not_measured=reason)
    return measured(target, ours, other, notes)


def _notes(index: int, ours: Seen, other: Seen | None) -> list[str]:
    """What the figure of that index leaves out."""
    sides = [("Paddock", ours), *([(OTHER, other)] if other else [])]
    if index == 0:
        return [f"{name}: {_quarters(seen)}" for name, seen in sides]
    if TARGETS[index].name.endswith("50 ms"):
        return [f"{name}: longest {_longest(seen):.0f} ms" for name, seen in sides]
    return list(ours.notes) if index == len(TARGETS) - 1 else []


def _quarters(seen: Seen) -> str:
    parts = [
        f"{1000 * w.cpu_seconds / w.tokens:.2f} s CPU, {w.frame_rate:.0f} frames/s, "
        f"{w.busy_ms:.1f} ms a frame"
        for w in seen.streamed.windows
    ]
    return "; ".join(parts)


def _longest(seen: Seen) -> float:
    return max(seen.streamed.long_tasks, default=0.0)
