"""Measures machine and engine at an even beat."""

import logging
import math
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Protocol

import psutil

from tray.infrastructure.process_load import NO_LOAD, ProcessLoad
from tray.models.metrics import GpuMetrics, ServerMetrics

_log = logging.getLogger(__name__)
_STOP_SECONDS = 2.0
_SHORTEST_SPAN_SECONDS = 0.1
_SLOW_SECONDS = 10.0


class GpuSource(Protocol):
    """Where GPU measurements come from."""

    def read(self, engine: frozenset[int] = ...) -> tuple[GpuMetrics, ...] | None:
        """Every GPU now; ``()`` without one, ``None`` when it does not answer.

        ``engine`` are the pids whose share of the VRAM is asked for.
        """

    def close(self) -> None:
        """Give back what was opened."""


class MetricsSampler:
    """A thread that measures at multiples of ``interval`` seconds and publishes.

    ``publish`` is called on that thread and must neither block nor raise. The
    beat is computed from the clock each time, so it neither drifts nor catches
    up after a suspend. The sampler closes ``gpu`` when it ends; it runs once.
    """

    def __init__(
        self, interval: float, publish: Callable[[ServerMetrics], None], gpu: GpuSource
    ) -> None:
        self._interval = interval
        self._publish = publish
        self._gpu = gpu
        self._machine = MachineLoad()
        self._engine: ProcessLoad | None = None
        self._slow = False
        self._stopping = False
        self._woken = Event()
        self._thread = Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        """Begin; the first sample comes at the next beat."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it; at once unless a GPU call is under way."""
        self._stopping = True
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join(_STOP_SECONDS)

    def slow_down(self, slow: bool) -> None:
        """Nobody looks: measure every ten seconds at most. Any thread."""
        self._slow = slow
        self._woken.set()

    def measure_every(self, interval: float) -> None:
        """So many seconds from now on. Any thread."""
        if interval != self._interval:
            self._interval = interval
            self._woken.set()

    def watch(self, pid: int | None) -> None:
        """Measure this process and its children as the engine; ``None`` for none. Any thread."""
        try:
            self._engine = None if pid is None else ProcessLoad(pid)
        except psutil.Error as error:
            self._engine = None
            _log.info("the engine cannot be measured: %s", error)

    def _run(self) -> None:
        self._machine.cpu_percent()
        while not self._stopping:
            if self._woken.wait(seconds_to_next_beat(time.monotonic(), self._beat)):
                self._woken.clear()
            else:
                self._publish(measure(self._machine, self._gpu, self._engine))
        self._gpu.close()

    @property
    def _beat(self) -> float:
        return max(self._interval, _SLOW_SECONDS) if self._slow else self._interval


class MachineLoad:
    """CPU and RAM of the whole machine; what fails is unknown and logged once."""

    def __init__(self) -> None:
        self._failed: set[str] = set()
        self._cpu_at = -math.inf

    def cpu_percent(self) -> float | None:
        """CPU in percent since the last call; ``None`` at the first."""
        now = time.monotonic()
        span, self._cpu_at = now - self._cpu_at, now
        try:
            percent = psutil.cpu_percent()
        except (psutil.Error, OSError, ValueError) as error:
            self._log_once("CPU", error)
            return None
        return percent if _SHORTEST_SPAN_SECONDS <= span < math.inf else None

    def ram(self) -> tuple[int | None, int | None]:
        """Bytes not available to programs, and bytes in all."""
        try:
            memory = psutil.virtual_memory()
        except (psutil.Error, OSError, ValueError) as error:
            self._log_once("RAM", error)
            return None, None
        return int(memory.total - memory.available), int(memory.total)

    def _log_once(self, what: str, error: Exception) -> None:
        if what not in self._failed:
            self._failed.add(what)
            _log.warning("%s cannot be measured: %s", what, error)


def sample_once(gpu: GpuSource) -> ServerMetrics:
    """Measure machine and GPUs once, over a tenth of a second, and close ``gpu``."""
    machine = MachineLoad()
    machine.cpu_percent()
    started = time.monotonic()
    while (gpus := gpu.read()) is None and time.monotonic() - started < _STOP_SECONDS:
        time.sleep(_SHORTEST_SPAN_SECONDS)
    gpu.close()
    time.sleep(max(0.0, started + _SHORTEST_SPAN_SECONDS - time.monotonic()))
    used, total = machine.ram()
    return ServerMetrics(
        cpu_percent=machine.cpu_percent(), ram_used=used, ram_total=total, gpus=gpus
    )


def measure(machine: MachineLoad, gpu: GpuSource, engine: ProcessLoad | None) -> ServerMetrics:
    """Take one whole sample."""
    load = engine.sample() if engine else NO_LOAD
    used, total = machine.ram()
    return ServerMetrics(
        cpu_percent=machine.cpu_percent(),
        ram_used=used,
        ram_total=total,
        gpus=gpu.read(engine.pids) if engine else gpu.read(),
        engine_cpu_percent=load.cpu_percent,
        engine_rss=load.rss,
        engine_ram=load.held,
    )


def seconds_to_next_beat(now: float, interval: float) -> float:
    """How long until the next multiple of ``interval``.

    A multiple just ahead is skipped: a coarse timer wakes a little early.
    """
    seconds = interval - now % interval
    return seconds if seconds >= interval / 10 else seconds + interval
