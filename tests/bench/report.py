"""Results -> a table for people and a file for programs."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Comparison, Figure, Results, Spread, Target

RESULTS = Path(__file__).resolve().parents[2] / "bench" / "results.json"
_WORDS = {True: "[green]yes[/]", False: "[red]no[/]", None: "[yellow]not measured[/]"}


def write(results: Results, path: Path = RESULTS) -> None:
    """Write the results as JSON, the folder made if need be."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(results.model_dump_json(indent=2) + "\n", encoding="utf-8")


def show(results: Results) -> None:
    """Print every figure: median and quartiles, what it is judged by, and the notes."""
    console = Console(width=None if Console().is_terminal else 150)
    table = Table("what", "ours", "compared with", "result", "target", "reached", "load")
    for figure in results.figures:
        table.add_row(*_row(figure))
    console.print(table)
    for figure in results.figures:
        for note in figure.notes:
            console.print(f"{figure.target.name}: {note}", markup=False, highlight=False)
        if figure.not_measured:
            reason = f"{figure.target.name}: not measured: {figure.not_measured}"
            console.print(reason, markup=False, highlight=False)
    console.print(
        f"{results.system}, Python {results.python}, {results.cores} cores, "
        f"load {_number(results.load_before)} before the first figure"
    )


def _row(figure: Figure) -> tuple[str, ...]:
    target = figure.target
    return (
        target.name,
        _spread(figure.ours, target.unit),
        _compared(figure),
        _spread(figure.result, "" if _is_ratio(target) else target.unit),
        _target(target),
        _WORDS[figure.reached],
        _number(figure.load),
    )


def _compared(figure: Figure) -> str:
    if figure.target.compared_with is None:
        return "–"
    value = _spread(figure.compared, figure.target.unit)
    return f"{figure.target.compared_with}: {value}"


def _target(target: Target) -> str:
    least = (Comparison.RATIO_AT_LEAST, Comparison.VALUE_AT_LEAST)
    sign = "≥" if target.comparison in least else "≤"
    if _is_ratio(target):
        return f"{sign} {target.limit:g} ×"
    plus = "+" if target.comparison is Comparison.DIFFERENCE_AT_MOST else ""
    return f"{sign} {plus}{target.limit:g} {target.unit}"


def _is_ratio(target: Target) -> bool:
    return target.comparison in (Comparison.RATIO_AT_LEAST, Comparison.RATIO_AT_MOST)


def _spread(spread: Spread | None, unit: str) -> str:
    if spread is None:
        return "–"
    value = f"{_number(spread.median)} {unit}".strip()
    if spread.count == 1:
        return value
    return f"{value} ({_number(spread.low)}…{_number(spread.high)}, n={spread.count})"


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
