"""Two minutes of load and memory, for the page's chart."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.page import HistoryRow, PageHistory

SECONDS = 120.0
CLOSEST = 0.9
"""Samples that come quicker than this many seconds are left out."""

_Pair = tuple[float | None, float | None]
_NOTHING: _Pair = (None, None)


class MeterHistory:
    """Remembers the samples of the last two minutes, and no more. Any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._points: deque[tuple[float, tuple[_Pair, ...] | None]] = deque(
            maxlen=round(SECONDS / CLOSEST) + 1
        )
        self._names: tuple[str, ...] | None = None

    def add(self, metrics: ServerMetrics) -> None:
        """Take a sample in; does next to nothing."""
        now = self._now()
        with self._lock:
            if self._points and now - self._points[-1][0] < CLOSEST:
                return
            if metrics.gpus is not None:
                names = tuple(gpu.name for gpu in metrics.gpus)
                if names != self._names:
                    self._points.clear()
                self._names = names
            self._points.append((now, _pairs(metrics)))

    def so_far(self) -> PageHistory:
        """Every point, oldest first; a row a GPU, or one for the machine without any."""
        now = self._now()
        with self._lock:
            points = [(at, pairs) for at, pairs in self._points if now - at <= SECONDS]
            names = self._names
        return PageHistory(
            ages=tuple(round(now - at, 1) for at, _ in points),
            rows=tuple(
                _row(names or (), row, [pairs for _, pairs in points])
                for row in range(max(1, len(names or ())))
            ),
        )


def _pairs(metrics: ServerMetrics) -> tuple[_Pair, ...] | None:
    if metrics.gpus is None:
        return None
    if metrics.gpus:
        return tuple(_pair_of(gpu) for gpu in metrics.gpus)
    return ((_rounded(metrics.cpu_percent), _share(metrics.ram_used, metrics.ram_total)),)


def _pair_of(gpu: GpuMetrics) -> _Pair:
    return _rounded(gpu.load_percent), _share(gpu.vram_used, gpu.vram_total)


def _row(names: tuple[str, ...], row: int, points: list[tuple[_Pair, ...] | None]) -> HistoryRow:
    pairs = [_NOTHING if found is None else found[row] for found in points]
    return HistoryRow(
        name=names[row] if names else "This computer",
        load=tuple(load for load, _ in pairs),
        memory=tuple(memory for _, memory in pairs),
    )


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)


def _share(used: int | None, total: int | None) -> float | None:
    return None if used is None or not total else round(100 * used / total, 1)
