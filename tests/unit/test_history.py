"""The chart's two minutes: what is kept, what is a gap, and that it never grows."""

import pytest

from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.page import PageHistory
from tray.ui.history import CLOSEST, SECONDS, MeterHistory


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def sample(load: float | None, *names: str) -> ServerMetrics:
    return ServerMetrics(
        gpus=tuple(
            GpuMetrics(index=i, name=name, load_percent=load, vram_used=1, vram_total=3)
            for i, name in enumerate(names)
        )
    )


def filled(clock: Clock, *samples: ServerMetrics) -> PageHistory:
    history = MeterHistory(clock)
    for metrics in samples:
        clock.now += 1
        history.add(metrics)
    return history.so_far()


def test_a_row_a_gpu_oldest_first(clock: Clock) -> None:
    found = filled(clock, sample(10, "A", "B"), sample(20, "A", "B"))
    assert found.ages == (1.0, 0.0)
    assert [(row.name, row.load) for row in found.rows] == [("A", (10, 20)), ("B", (10, 20))]
    assert found.rows[0].memory == (33.3, 33.3)


def test_without_a_gpu_it_is_the_computer(clock: Clock) -> None:
    found = filled(clock, ServerMetrics(cpu_percent=12.34, ram_used=1, ram_total=4))
    (row,) = found.rows
    assert (row.name, row.load, row.memory) == ("This computer", (12.3,), (25.0,))


def test_unknown_is_a_gap_and_never_zero(clock: Clock) -> None:
    found = filled(clock, sample(10, "A"), ServerMetrics(gpus=None), sample(None, "A"))
    assert found.rows[0].load == (10, None, None)
    assert found.rows[0].memory == (33.3, None, 33.3)


def test_nothing_measured_yet_has_a_row_and_no_point(clock: Clock) -> None:
    (row,) = MeterHistory(clock).so_far().rows
    assert row.load == ()


def test_another_set_of_gpus_starts_anew(clock: Clock) -> None:
    found = filled(clock, sample(10, "A"), sample(20, "A", "B"))
    assert [row.load for row in found.rows] == [(20,), (20,)]


def test_only_two_minutes_are_kept(clock: Clock) -> None:
    history = MeterHistory(clock)
    for _ in range(5000):
        clock.now += CLOSEST / 3
        history.add(sample(1, "A"))
    ages = history.so_far().ages
    assert SECONDS - 2 <= max(ages) <= SECONDS
    assert len(ages) <= SECONDS / CLOSEST + 1
    clock.now += SECONDS + 1
    assert history.so_far().ages == ()
