"""What a measurement found, as it is printed and written."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from enum import StrEnum

from tray.models.base import Frozen


class Comparison(StrEnum):
    """How a figure is judged; differences and ratios are of paired repetitions."""

    RATIO_AT_LEAST = "ratio at least"
    RATIO_AT_MOST = "ratio at most"
    DIFFERENCE_AT_MOST = "difference at most"
    VALUE_AT_MOST = "value at most"
    VALUE_AT_LEAST = "value at least"


class Target(Frozen):
    """``name`` is stable; ``unit`` is of the values, not of a ratio of them."""

    name: str
    unit: str
    comparison: Comparison
    limit: float
    compared_with: str | None = None


class Spread(Frozen):
    """The middle of some repetitions, and the quartiles around it."""

    median: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        if len(values) == 1:
            return cls(median=values[0], low=values[0], high=values[0], count=1)
        low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median=middle, low=low, high=high, count=len(values))


class Figure(Frozen):
    """One row. ``load`` is the machine's load average meanwhile (one minute).

    ``result`` is what the target judges: the value itself, or the median of the
    paired ratios or differences. Without a result, ``not_measured`` says why.
    """

    target: Target
    ours: Spread | None = None
    compared: Spread | None = None
    result: Spread | None = None
    load: float | None = None
    notes: tuple[str, ...] = ()
    not_measured: str | None = None

    @property
    def reached(self) -> bool | None:
        """``None`` when not measured."""
        if self.result is None:
            return None
        if self.target.comparison in (Comparison.RATIO_AT_LEAST, Comparison.VALUE_AT_LEAST):
            return self.result.median >= self.target.limit
        return self.result.median <= self.target.limit


class Results(Frozen):
    """One whole run. Sizes in bytes; ``started`` is an ISO time in UTC."""

    started: str
    version: str
    system: str
    python: str
    cores: int
    load_before: float | None
    figures: tuple[Figure, ...]


class NotMeasured(Exception):
    """A part that a figure needs is not on this machine, or not built yet."""


def measured(
    target: Target,
    ours: Sequence[float],
    compared: Sequence[float] = (),
    notes: Sequence[str] = (),
) -> Figure:
    """Judge repetitions; ``compared`` pairs with ``ours`` one by one, where that judges."""
    if target.comparison in (Comparison.VALUE_AT_MOST, Comparison.VALUE_AT_LEAST):
        result = list(ours)
    elif target.comparison is Comparison.DIFFERENCE_AT_MOST:
        result = [mine - other for mine, other in zip(ours, compared, strict=True)]
    else:
        result = [mine / other for mine, other in zip(ours, compared, strict=True)]
    return Figure(
        target=target,
        ours=Spread.of(ours),
        compared=Spread.of(compared) if compared else None,
        result=Spread.of(result),
        notes=tuple(notes),
    )
