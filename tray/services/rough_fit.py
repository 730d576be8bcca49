"""Pure: whether a model of a size would fit this machine, before anything of it is here.

A rule of thumb: its files, a tenth more for the context and half a GiB for computing,
against the memory that is free, the loaded model's own share included, since another
one takes its place. What the files say once they are here is exact; this is not.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tray.models.fit_mark import Fit

if TYPE_CHECKING:
    from tray.models.metrics import ServerMetrics

COMPUTE = 512 << 20
COMFORT = 3_500_000_000
"""Bytes of a model that a CPU still answers with at the pace of reading, roughly."""


@dataclass(frozen=True)
class FreeMemory:
    """Bytes; ``gpu`` is of all GPUs together and 0 without one, ``None`` if unknown."""

    gpu: int | None
    ram: int | None


def free_memory(metrics: "ServerMetrics | None") -> FreeMemory:
    """What the next model may take."""
    if metrics is None:
        return FreeMemory(None, None)
    ram = metrics.ram_for_next
    if metrics.gpus is None:
        return FreeMemory(None, ram)
    known = [
        gpu.vram_total - gpu.vram_used + (gpu.engine_vram or 0)
        for gpu in metrics.gpus
        if gpu.vram_total is not None and gpu.vram_used is not None
    ]
    return FreeMemory(sum(known) if known or not metrics.gpus else None, ram)


def whole_memory(metrics: "ServerMetrics | None") -> FreeMemory:
    """What it could take if nothing else ran: this does not change with every measurement."""
    if metrics is None or metrics.gpus is None:
        return FreeMemory(None, None)
    totals = [gpu.vram_total for gpu in metrics.gpus if gpu.vram_total is not None]
    return FreeMemory(sum(totals) if totals or not metrics.gpus else None, metrics.ram_total)


def needed(size: int) -> int:
    """Bytes a model whose files have ``size`` bytes takes, roughly."""
    return size + size // 10 + COMPUTE


def rough_fit(size: int, free: FreeMemory) -> Fit:
    """Where it would go. RAM is meant for machines without a usable GPU."""
    return placed(needed(size), free)


def placed(need: int, free: FreeMemory) -> Fit:
    """Where so many bytes would go."""
    gpu = free.gpu or 0
    if gpu >= need:
        return Fit.GPU
    if free.ram is None or free.gpu is None:
        return Fit.UNKNOWN
    if gpu + free.ram < need:
        return Fit.NOT
    return Fit.PARTLY if gpu else Fit.MEMORY


def best(sizes: dict[str, int], fits: dict[str, Fit]) -> str | None:
    """The largest that fits on the GPU; else the largest that is no torment on the CPU.

    By name; ``None`` where nothing is known to fit.
    """
    on_gpu = [name for name, fit in fits.items() if fit is Fit.GPU]
    if on_gpu:
        return max(on_gpu, key=lambda name: sizes[name])
    fitting = [name for name, fit in fits.items() if fit in (Fit.MEMORY, Fit.PARTLY)]
    quick = [name for name in fitting if sizes[name] <= COMFORT]
    if quick:
        return max(quick, key=lambda name: sizes[name])
    return min(fitting, key=lambda name: sizes[name], default=None)
