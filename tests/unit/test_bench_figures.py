"""How bench judges: pairs, limits, and what could not be measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.__main__ import measure_group
from tests.bench.figures import Comparison, Figure, Results, Spread, Target, measured
from tests.bench.report import show


def target(comparison: Comparison, limit: float) -> Target:
    return Target(name="x", unit="ms", comparison=comparison, limit=limit, compared_with="bare")


@pytest.mark.parametrize(
    ("comparison", "limit", "ours", "compared", "result", "reached"),
    [
        (Comparison.RATIO_AT_LEAST, 0.98, [98.0], [100.0], 0.98, True),
        (Comparison.RATIO_AT_LEAST, 0.98, [97.0], [100.0], 0.97, False),
        (Comparison.RATIO_AT_MOST, 2.0, [4.0], [2.0], 2.0, True),
        (Comparison.RATIO_AT_MOST, 2.0, [4.1], [2.0], 2.05, False),
        (Comparison.DIFFERENCE_AT_MOST, 3.0, [8.0], [5.0], 3.0, True),
        (Comparison.DIFFERENCE_AT_MOST, 3.0, [8.5], [5.0], 3.5, False),
        (Comparison.VALUE_AT_MOST, 35.0, [35.0], [], 35.0, True),
        (Comparison.VALUE_AT_MOST, 35.0, [35.5], [], 35.5, False),
    ],
)
def test_each_comparison_is_judged_by_its_limit(
    comparison: Comparison,
    limit: float,
    ours: list[float],
    compared: list[float],
    result: float,
    reached: bool,
) -> None:
    figure = measured(target(comparison, limit), ours, compared)
    assert figure.result is not None
    assert figure.result.median == pytest.approx(result)
    assert figure.reached is reached


def test_repetitions_are_compared_in_pairs() -> None:
    """A machine that slows down slows both sides; medians on their own would not see that."""
    figure = measured(target(Comparison.RATIO_AT_MOST, 1.5), [2.0, 20.0, 200.0], [1.0, 10.0, 100.0])
    assert figure.result == Spread(median=2.0, low=2.0, high=2.0, count=3)


def test_unpaired_repetitions_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="zip"):
        measured(target(Comparison.RATIO_AT_MOST, 2.0), [1.0, 2.0], [1.0])


def test_a_spread_is_median_and_quartiles() -> None:
    spread = Spread.of([5.0, 1.0, 4.0, 2.0, 3.0])
    assert spread == Spread(median=3.0, low=2.0, high=4.0, count=5)


def test_what_was_not_measured_is_neither_reached_nor_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figure = Figure(target=target(Comparison.VALUE_AT_MOST, 1.0), not_measured="no panel [here]")
    assert figure.reached is None
    show(
        Results(
            started="2026-01-01T00:00:00+00:00",
            version="0",
            system="s",
            python="3",
            cores=2,
            load_before=None,
            figures=(figure,),
        )
    )
    assert "not measured: no panel [here]" in capsys.readouterr().out


def test_what_needs_something_that_is_not_here_is_not_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PADDOCK_TEST_LLAMA_SERVER", str(tmp_path / "none"))
    reasons = {figure.not_measured for figure in measure_group("fit")}
    assert len(reasons) == 1
    assert str(tmp_path / "none") in str(reasons)
