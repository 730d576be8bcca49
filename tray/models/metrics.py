"""Measurements of the machine and of the engine.

``None`` always means "could not be measured"; it is never replaced by 0.
"""

from tray.models.base import Frozen


class GpuMetrics(Frozen):
    """One GPU at one moment. Sizes in bytes, load in percent (0 to 100).

    ``engine_vram`` is the part of ``vram_used`` that our engine's processes hold.
    """

    index: int
    name: str
    load_percent: float | None = None
    vram_used: int | None = None
    vram_total: int | None = None
    engine_vram: int | None = None
    temperature_celsius: float | None = None
    power_watts: float | None = None


class ServerMetrics(Frozen):
    """One sample of machine and engine. Sizes in bytes, loads in percent.

    ``cpu_percent`` is of the whole machine (0 to 100); ``engine_cpu_percent``
    is of one core (may pass 100). ``gpus`` is empty where there is no GPU and
    ``None`` where a reader exists but does not answer. ``engine_ram`` is the part of
    ``ram_used`` that our engine's processes hold: less than ``engine_rss`` where the
    system counts the pages of mapped files as free.
    """

    cpu_percent: float | None = None
    ram_used: int | None = None
    ram_total: int | None = None
    gpus: tuple[GpuMetrics, ...] | None = ()
    engine_cpu_percent: float | None = None
    engine_rss: int | None = None
    engine_ram: int | None = None
    tokens_per_second: float | None = None

    @property
    def engine_gpu(self) -> GpuMetrics | None:
        """The GPU the engine uses; where that is not known, the one with most VRAM in use."""
        return max(
            self.gpus or (),
            key=lambda gpu: (gpu.engine_vram or 0, gpu.vram_used or 0),
            default=None,
        )

    @property
    def ram_for_next(self) -> int | None:
        """Bytes of RAM that the next model may take, since the loaded one goes first."""
        if self.ram_total is None or self.ram_used is None:
            return None
        return min(self.ram_total - self.ram_used + (self.engine_ram or 0), self.ram_total)


class FreedGpu(Frozen):
    """Bytes of VRAM that one GPU got back."""

    index: int
    name: str
    vram: int | None = None


class FreedMemory(Frozen):
    """What unloading a model gave back: by GPU, and in bytes of RAM.

    Weights mapped from a file do not count: their pages were free for others all along.
    """

    gpus: tuple[FreedGpu, ...] = ()
    ram: int | None = None
