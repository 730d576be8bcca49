"""All GPUs of this machine, whoever made them."""

import sys
import time
from collections.abc import Callable, Sequence

from tray.infrastructure.gpu.amd_sysfs import AmdSysfsReader
from tray.infrastructure.gpu.chain import ReaderChain
from tray.infrastructure.gpu.nvidia_smi import NvidiaSmiReader
from tray.infrastructure.gpu.nvml import NvmlReader
from tray.infrastructure.gpu.reader import NOBODY, Pids
from tray.infrastructure.gpu.restful import RestfulReader
from tray.models.metrics import GpuMetrics

_LIMIT_SECONDS = 1.0


class GpuMonitor:
    """Asks each vendor's readers in turn. Used by one thread at a time; never raises."""

    def __init__(
        self,
        chains: Sequence[ReaderChain],
        *,
        limit_seconds: float = _LIMIT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chains = tuple(chains)
        self._limit_seconds = limit_seconds
        self._clock = clock

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...] | None:
        """Measure within the limit: ``()`` without a GPU, ``None`` when nobody answers.

        ``engine`` are the processes whose share of the VRAM is asked for.
        Where one vendor answers and another does not, the other's GPUs keep
        their rows, by name and with nothing known. Indexes count through.
        """
        deadline = self._clock() + self._limit_seconds
        answers = [(chain, chain.read(deadline, engine)) for chain in self._chains]
        if not any(gpus for _, gpus in answers):
            return None if any(gpus is None for _, gpus in answers) else ()
        rows: list[GpuMetrics] = []
        for chain, gpus in answers:
            rows += _shifted(chain.unknown() if gpus is None else gpus, len(rows))
        return tuple(rows)

    def close(self) -> None:
        """Give back what the readers hold. Waits briefly at most."""
        for chain in self._chains:
            chain.close()


def detect_gpus() -> GpuMonitor:
    """Every reader this platform has; which of them work shows at the first reading.

    A further vendor is one more chain here.
    """
    chains: list[ReaderChain] = []
    if sys.platform != "darwin":
        chains.append(ReaderChain("NVIDIA", (RestfulReader(NvmlReader()), NvidiaSmiReader())))
    if sys.platform == "linux":
        chains.append(ReaderChain("AMD", (AmdSysfsReader(),)))
    return GpuMonitor(chains)


def _shifted(gpus: tuple[GpuMetrics, ...], offset: int) -> tuple[GpuMetrics, ...]:
    if not offset:
        return gpus
    return tuple(gpu.model_copy(update={"index": gpu.index + offset}) for gpu in gpus)
