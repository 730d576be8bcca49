"""The small signs beside the bars: one shape a phase, a CPU gauge's mark, a warning.

Masks are drawn eight times too large and averaged, on the pixel grid of the
size asked for: straight edges stay sharp, round ones smooth.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache

from PIL import Image, ImageDraw

from tray.models.phase import ServerPhase

_OVER = 8
_LETTER_C = (".###", "#...", "#...", "#...", ".###")


class Badge(StrEnum):
    """What a phase looks like."""

    SQUARE = "stopped"
    PLAY = "starting"
    DISC = "ready"
    HOLLOW_SQUARE = "stopping"
    PAUSE = "backoff"
    CROSS = "failed"
    EXCLAMATION = "stalled"


_BADGES = {
    ServerPhase.STOPPED: Badge.SQUARE,
    ServerPhase.STARTING: Badge.PLAY,
    ServerPhase.READY: Badge.DISC,
    ServerPhase.STOPPING: Badge.HOLLOW_SQUARE,
    ServerPhase.BACKOFF: Badge.PAUSE,
    ServerPhase.FAILED: Badge.CROSS,
    ServerPhase.CLOSED: Badge.SQUARE,
}


def badge_of(phase: ServerPhase, stalled: bool) -> Badge:
    """The badge of a phase; a server without progress shows that instead."""
    return Badge.EXCLAMATION if stalled else _BADGES[phase]


class _Pen:
    """Draws in pixels of the final size, fractions allowed."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._large = Image.new("L", (width * _OVER, height * _OVER))
        self._draw = ImageDraw.Draw(self._large)

    def box(self, x: float, y: float, width: float, height: float, ink: int = 255) -> None:
        end = ((x + width) * _OVER - 1, (y + height) * _OVER - 1)
        self._draw.rectangle((x * _OVER, y * _OVER, *end), fill=ink)

    def rounded(self, inset: float, radius: float, ink: int = 255) -> None:
        end = ((self.width - inset) * _OVER - 1, (self.height - inset) * _OVER - 1)
        self._draw.rounded_rectangle((inset * _OVER, inset * _OVER, *end), radius * _OVER, fill=ink)

    def disc(self) -> None:
        self._draw.ellipse((0, 0, self.width * _OVER - 1, self.height * _OVER - 1), fill=255)

    def arc(self, stroke: int, start: int, end: int) -> None:
        box = (0, 0, self.width * _OVER - 1, self.height * _OVER - 1)
        self._draw.arc(box, start, end, fill=255, width=stroke * _OVER)

    def polygon(self, *points: tuple[float, float]) -> None:
        self._draw.polygon([(x * _OVER, y * _OVER) for x, y in points], fill=255)

    def mask(self) -> Image.Image:
        return self._large.reduce(_OVER)


def _thin(width: int) -> int:
    return max(1, round(width / 8))


def _disc(pen: _Pen) -> None:
    pen.disc()


def _square(pen: _Pen) -> None:
    pen.rounded(0, pen.width / 10)


def _hollow_square(pen: _Pen) -> None:
    pen.rounded(0, pen.width / 10)
    pen.rounded(max(1, round(pen.width / 6)), 0, ink=0)


def _play(pen: _Pen) -> None:
    left = pen.width / 10
    pen.polygon((left, 0), (pen.width, pen.height / 2), (left, pen.height))


def _pause(pen: _Pen) -> None:
    bar = (pen.width - 2 * _thin(pen.width)) / 2
    pen.box(0, 0, bar, pen.height)
    pen.box(pen.width - bar, 0, bar, pen.height)


def _cross(pen: _Pen) -> None:
    if pen.width < 12:
        _pixel_cross(pen)
        return
    far, arm = pen.width, pen.width * 0.21
    pen.polygon((0, arm), (arm, 0), (far, far - arm), (far - arm, far))
    pen.polygon((0, far - arm), (arm, far), (far, arm), (far - arm, 0))


def _pixel_cross(pen: _Pen) -> None:
    """Steps of two pixels: slanted edges would blur at this size."""
    for y in range(pen.height):
        x = min(y, pen.height - 1 - y)
        pen.box(x, y, 2, 1)
        pen.box(pen.width - x - 2, y, 2, 1)


def _exclamation(pen: _Pen) -> None:
    stroke = 2 * _thin(pen.width)
    left = (pen.width - stroke) / 2
    pen.box(left, 0, stroke, pen.height - stroke - _thin(pen.width))
    pen.box(left, pen.height - stroke, stroke, stroke)


_DRAW: dict[Badge, Callable[[_Pen], None]] = {
    Badge.SQUARE: _square,
    Badge.PLAY: _play,
    Badge.DISC: _disc,
    Badge.HOLLOW_SQUARE: _hollow_square,
    Badge.PAUSE: _pause,
    Badge.CROSS: _cross,
    Badge.EXCLAMATION: _exclamation,
}


@lru_cache(maxsize=32)
def badge_mask(badge: Badge, width: int) -> Image.Image:
    """Coverage (mode L) of ``badge``, ``width`` pixels wide; not to be changed."""
    tall = badge is Badge.EXCLAMATION
    pen = _Pen(width, width + 4 * _thin(width) if tall else width)
    _DRAW[badge](pen)
    return pen.mask()


@lru_cache(maxsize=16)
def letter_mask(width: int) -> Image.Image:
    """Coverage of a C about ``width`` pixels wide: the mark of a CPU gauge."""
    if width < 8:
        mask = Image.new("L", (4, 5))
        mask.putdata([255 if dot == "#" else 0 for row in _LETTER_C for dot in row])
        return mask
    pen = _Pen(width, width)
    pen.arc(round(width / 5), 45, 315)
    return pen.mask()


@lru_cache(maxsize=16)
def warning_mask(width: int) -> Image.Image:
    """Coverage of a triangle ``width`` pixels wide; from 14 on it holds an exclamation mark."""
    if width < 12:
        even = width // 2 * 2
        pen = _Pen(even, even - 1)
        for y in range(pen.height):
            inset = even // 2 - 1 - y // 2
            pen.box(inset, y, even - 2 * inset, 1)
        return pen.mask()
    height = round(width * 0.88)
    pen = _Pen(width, height)
    pen.polygon((width / 2, 0), (width, height), (0, height))
    if width >= 14:
        stroke = max(2, width // 8)
        left = (width - stroke) / 2
        pen.box(left, height * 0.36, stroke, height * 0.3, ink=0)
        pen.box(left, height * 0.76, stroke, max(1.5, height * 0.1), ink=0)
    return pen.mask()


@lru_cache(maxsize=16)
def bar_mask(width: int, height: int, radius: int) -> Image.Image:
    """Coverage of a bar with rounded corners."""
    pen = _Pen(width, height)
    pen.rounded(0, radius)
    return pen.mask()
