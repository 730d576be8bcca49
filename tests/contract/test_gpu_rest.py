"""A laptop's card may sleep although Paddock shows its load; the kernel's tree is a fake one."""

from pathlib import Path

import pytest

from tray.infrastructure.gpu.reader import NOBODY, Pids
from tray.infrastructure.gpu.restful import (
    AWAKE_SECONDS,
    REST_SECONDS,
    CardPower,
    RestfulReader,
    nvidia_power,
)
from tray.models.metrics import GpuMetrics

ENGINE: Pids = frozenset({4711})
GIB = 2**30


class Laptop:
    """A card that falls asleep when nobody has it open, unless ``held`` by another program."""

    name = "NVML"

    def __init__(self, driver: Path, control: str = "auto") -> None:
        self.time = 100.0
        self.load = 0.0
        self.held = False
        self.open = False
        self.readings = 0
        self._power = driver / "0000:01:00.0" / "power"
        self._power.mkdir(parents=True)
        (self._power / "control").write_text(f"{control}\n")
        self.reader = RestfulReader(self, lambda: nvidia_power(driver), lambda: self.time)

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        self.open = True
        self.readings += 1
        return (
            GpuMetrics(
                index=0,
                name="RTX",
                load_percent=self.load,
                vram_used=GIB,
                vram_total=8 * GIB,
                temperature_celsius=40.0,
                power_watts=9.0,
            ),
        )

    def close(self) -> None:
        self.open = False

    def seconds(self, count: int, engine: Pids = NOBODY) -> GpuMetrics:
        """The last of as many readings, one a second."""
        return [self._second(engine) for _ in range(count)][-1]

    def _second(self, engine: Pids) -> GpuMetrics:
        self.time += 1
        awake = self.open or self.held
        (self._power / "runtime_status").write_text("active\n" if awake else "suspended\n")
        (gpu,) = self.reader.read(engine)
        return gpu


@pytest.fixture
def laptop(tmp_path: Path) -> Laptop:
    return Laptop(tmp_path)


def test_an_idle_card_falls_asleep_and_is_not_woken(laptop: Laptop) -> None:
    assert laptop.seconds(1).load_percent == 0.0
    gpu = laptop.seconds(600)
    assert (laptop.readings, laptop.open) == (1, False)
    assert (gpu.name, gpu.vram_used, gpu.vram_total) == ("RTX", GIB, 8 * GIB)
    assert (gpu.load_percent, gpu.temperature_celsius, gpu.power_watts) == (None, None, None)


def test_a_card_that_works_is_read_at_every_sample(laptop: Laptop) -> None:
    laptop.load = 30.0
    laptop.seconds(60)
    assert laptop.readings == 60


def test_an_engine_ends_the_rest_at_once(laptop: Laptop) -> None:
    laptop.seconds(60)
    assert laptop.seconds(1, ENGINE).load_percent == 0.0
    laptop.seconds(9, ENGINE)
    assert laptop.readings == 1 + 10


def test_another_program_on_the_card_is_seen_after_a_rest(laptop: Laptop) -> None:
    laptop.held = True
    laptop.seconds(1)
    laptop.load = 50.0
    assert laptop.seconds(int(REST_SECONDS) - 1).load_percent == 0.0
    assert laptop.seconds(2).load_percent == 50.0
    laptop.load = 0.0
    before = laptop.readings
    laptop.seconds(int(AWAKE_SECONDS) - 10)
    assert laptop.readings - before == AWAKE_SECONDS - 10


def test_a_program_that_wakes_the_card_is_seen(laptop: Laptop) -> None:
    laptop.seconds(60)
    laptop.held, laptop.load = True, 50.0
    assert laptop.seconds(1).load_percent == 50.0


def test_a_card_that_never_sleeps_is_read_at_every_sample(tmp_path: Path) -> None:
    desktop = Laptop(tmp_path, control="on")
    desktop.seconds(60)
    assert desktop.readings == 60


def test_without_nvidias_driver_there_is_nothing_to_let_sleep(tmp_path: Path) -> None:
    assert nvidia_power(tmp_path / "none") is CardPower.ALWAYS_ON
