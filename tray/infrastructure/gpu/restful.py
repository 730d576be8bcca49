"""Lets the graphics card of a laptop sleep: an open session with its driver keeps it awake.

Linux powers a card down that nobody has open, where ``power/control`` is ``auto``
(Documentation/power/runtime_pm.rst; NVIDIA's README, "PCI-Express Runtime D3").
"""

import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path

from tray.infrastructure.gpu.reader import NOBODY, GpuReader, Pids
from tray.infrastructure.gpu.sysfs import text_of
from tray.models.metrics import GpuMetrics

REST_SECONDS = 15.0
"""How long a card may take to fall asleep; its driver waits some seconds itself."""
AWAKE_SECONDS = 120.0
"""Until the next rest, where one did not put it to sleep: somebody else uses it."""
_NVIDIA_DRIVER = Path("/sys/bus/pci/drivers/nvidia")


class CardPower(Enum):
    ALWAYS_ON = auto()
    AWAKE = auto()
    ASLEEP = auto()


def nvidia_power(driver: Path = _NVIDIA_DRIVER) -> CardPower:
    """Of all cards together: one that may not sleep keeps the session open anyway."""
    powers = [device / "power" for device in driver.glob("*:*:*.*")]
    if not powers or any(text_of(power / "control") != "auto" for power in powers):
        return CardPower.ALWAYS_ON
    asleep = all(text_of(power / "runtime_status") == "suspended" for power in powers)
    return CardPower.ASLEEP if asleep else CardPower.AWAKE


class RestfulReader:
    """Satisfies GpuReader by another one, which it closes while the cards have nothing to do.

    With an engine, or on cards that never sleep, each reading is the other reader's. For
    ``REST_SECONDS`` after an idle one that stays the answer; of a card asleep only the
    VRAM is told.
    """

    def __init__(
        self,
        reader: GpuReader,
        power: Callable[[], CardPower] = nvidia_power,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = reader
        self._power = power
        self._clock = clock
        self._idle: tuple[GpuMetrics, ...] = ()
        self._rest_until = 0.0
        self._rest_again = 0.0

    @property
    def name(self) -> str:
        return self._reader.name

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        power = CardPower.ALWAYS_ON if engine else self._power()
        if power is CardPower.ALWAYS_ON:
            self._idle = ()
        elif self._idle:
            if power is CardPower.ASLEEP:
                return tuple(_asleep(gpu) for gpu in self._idle)
            if self._clock() < self._rest_until:
                return self._idle
            self._idle = ()
            self._rest_again = self._clock() + AWAKE_SECONDS
        gpus = self._reader.read(engine)
        if power is not CardPower.ALWAYS_ON and self._may_rest(gpus):
            self._reader.close()
            self._idle, self._rest_until = gpus, self._clock() + REST_SECONDS
        return gpus

    def close(self) -> None:
        self._idle = ()
        self._reader.close()

    def _may_rest(self, gpus: tuple[GpuMetrics, ...]) -> bool:
        return self._clock() >= self._rest_again and not any(gpu.load_percent for gpu in gpus)


def _asleep(gpu: GpuMetrics) -> GpuMetrics:
    unknown = {"load_percent": None, "temperature_celsius": None, "power_watts": None}
    return gpu.model_copy(update=unknown)
