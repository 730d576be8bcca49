"""Measurements to the exact state of the icon, in pixels of the size asked for.

Two equal pictures draw the same icon, so a picture is its own key: whatever
changes less than a pixel changes nothing.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from tray.models.phase import ServerPhase
from tray.ui.gauge_badges import Badge, badge_of
from tray.ui.palette import PanelTheme

if TYPE_CHECKING:
    from tray.models.metrics import ServerMetrics

HIGH_PERCENT = 80.0
FULL_PERCENT = 95.0


class Level(IntEnum):
    """How near to its end an amount is: one colour and one number of notches each."""

    NORMAL = 0
    HIGH = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """``filled`` pixels from the bottom; ``None`` where nothing was measured."""

    filled: int | None = None
    level: Level = Level.NORMAL


@dataclass(frozen=True, slots=True)
class GaugeLayout:
    """Places of the parts, in pixels: bar, gap, bar, gap, badge from left to right."""

    size: int
    bar: int
    gap: int
    badge: int
    pad: int

    @property
    def height(self) -> int:
        """Height of a full bar."""
        return self.size - 2 * self.pad

    @property
    def unit(self) -> int:
        """Width of frames, notches and hatches."""
        return max(1, round(self.size / 20))


@dataclass(frozen=True, slots=True)
class GaugePicture:
    """All that decides the icon's pixels.

    ``outlined`` bars show CPU and RAM; ``warned`` is the mark of what the user
    should look at: the CPU works in the GPU's place, or the VRAM is nearly full.
    """

    size: int
    theme: PanelTheme
    left: Bar
    right: Bar
    badge: Badge
    outlined: bool = False
    warned: bool = False


def layout_of(size: int) -> GaugeLayout:
    """Whole pixels for every part of an icon ``size`` pixels wide (at least 16)."""
    bar = size // 4
    gap = max(1, round(size / 12))
    return GaugeLayout(size, bar, gap, size - 2 * (bar + gap), max(0, size // 16 - 1))


def picture_of(
    metrics: "ServerMetrics | None",
    phase: ServerPhase,
    stalled: bool,
    theme: PanelTheme,
    size: int,
    falls_back: bool = False,
) -> GaugePicture:
    """The picture of one sample; ``falls_back``: the CPU works in the GPU's place."""
    height = layout_of(size).height
    shown = metrics.engine_gpu if metrics is not None else None
    outlined = shown is None and metrics is not None and metrics.gpus == ()
    if shown is not None:
        load, memory = shown.load_percent, _percent(shown.vram_used, shown.vram_total)
    elif outlined and metrics is not None:
        load, memory = metrics.cpu_percent, _percent(metrics.ram_used, metrics.ram_total)
    else:
        load = memory = None
    right = _bar(memory, height, highest=Level.FULL)
    return GaugePicture(
        size=size,
        theme=theme,
        left=_bar(load, height, highest=Level.HIGH),
        right=right,
        badge=badge_of(phase, stalled),
        outlined=outlined,
        warned=falls_back or (shown is not None and right.level is Level.FULL),
    )


def _percent(used: int | None, total: int | None) -> float | None:
    return None if used is None or not total else 100 * used / total


def _bar(percent: float | None, height: int, highest: Level) -> Bar:
    if percent is None:
        return Bar()
    inside = min(max(percent, 0.0), 100.0)
    filled = max(round(inside * height / 100), 1 if inside > 0 else 0)
    level = Level((percent >= HIGH_PERCENT) + (percent >= FULL_PERCENT))
    return Bar(filled, min(level, highest))
