"""NVIDIA GPUs by NVML, through pynvml; nothing is imported where there is no NVML."""

import os
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tray.infrastructure.gpu.nvml_processes import held_by, sees_host_pids
from tray.infrastructure.gpu.reader import NOBODY, Pids, ReaderFailed, ReaderUnavailable
from tray.models.metrics import GpuMetrics

_RENEW_SECONDS = 120.0
_RENEW_LOST_SECONDS = 30.0
# A device answering one of these is gone until NVML is opened anew; any other
# error concerns the single value that was asked for.
_GONE = frozenset((1, 9, 10, 15, 16, 18, 28))
_UNKNOWN = 999
_NOT_AVAILABLE = 2**64 - 1


class NvmlReader:
    """Reads through one NVML session, renewed now and then so that a new card is seen."""

    name = "NVML"

    def __init__(
        self,
        *,
        renew_seconds: float = _RENEW_SECONDS,
        renew_lost_seconds: float = _RENEW_LOST_SECONDS,
        sees_host_pids: Callable[[], bool] = sees_host_pids,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._renew_seconds = renew_seconds
        self._lost_seconds = renew_lost_seconds
        self._sees_host_pids = sees_host_pids()
        self._clock = clock
        self._nvml: ModuleType | None = None
        self._open_until = 0.0
        self._devices: tuple[_Device, ...] = ()
        self._names: dict[int, str] = {}

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        """Measure every GPU; one that is lost keeps its row, with nothing known.

        The engine's share of the VRAM is unknown under WDDM and in a container.
        Raises ReaderUnavailable without an NVML library, ReaderFailed when the
        driver does not answer or every GPU is lost.
        """
        if self._clock() >= self._open_until:
            self.close()
            self._open()
        asked = engine if self._sees_host_pids else NOBODY
        rows = [device.read(asked) for device in self._devices]
        lost = [device.trouble for device in self._devices if device.trouble]
        if lost and len(lost) == len(rows):
            self.close()
            raise ReaderFailed(lost[0])
        if lost:
            self._open_until = min(self._open_until, self._clock() + self._lost_seconds)
        return tuple(rows)

    def close(self) -> None:
        """End the session; the library itself stays loaded."""
        nvml, self._nvml = self._nvml, None
        self._devices = ()
        self._open_until = 0.0
        if nvml is not None:
            try:
                nvml.nvmlShutdown()
            except nvml.NVMLError:
                return

    def _open(self) -> None:
        nvml = import_pynvml()
        try:
            nvml.nvmlInit()
            self._nvml = nvml
            count = nvml.nvmlDeviceGetCount()
        except nvml.NVMLError as error:
            self.close()
            if error.value == nvml.NVML_ERROR_LIBRARY_NOT_FOUND:
                raise ReaderUnavailable(str(error)) from error
            raise ReaderFailed(str(error)) from error
        self._devices = tuple(_Device(nvml, index, self._names) for index in range(count))
        self._open_until = self._clock() + self._renew_seconds


class _Device:
    """One GPU of one session. ``trouble`` is set when it was lost."""

    trouble: str | None = None
    _unknown: str | None = None

    def __init__(self, nvml: ModuleType, index: int, names: dict[int, str]) -> None:
        self._nvml = nvml
        self._index = index
        self._handle = self._value(nvml.nvmlDeviceGetHandleByIndex, index)
        if self._handle is None:
            self.trouble = self.trouble or "no handle for this GPU"
        try:
            name = self._value(nvml.nvmlDeviceGetName, self._handle)
        except UnicodeDecodeError:
            name = None
        self._name = names[index] = name or names.get(index, f"NVIDIA GPU {index}")

    def read(self, engine: Pids) -> GpuMetrics:
        nvml = self._nvml
        self._unknown = None
        load = self._value(nvml.nvmlDeviceGetUtilizationRates, self._handle)
        memory = self._value(nvml.nvmlDeviceGetMemoryInfo, self._handle)
        celsius = self._value(nvml.nvmlDeviceGetTemperature, self._handle, 0)
        milliwatts = self._value(nvml.nvmlDeviceGetPowerUsage, self._handle)
        if load is memory is celsius is milliwatts is None:
            self.trouble = self.trouble or self._unknown
        percent = load.gpu if load else None
        total, used = (memory.total, memory.used) if memory else (0, 0)
        sized = 0 < total < _NOT_AVAILABLE
        return GpuMetrics(
            index=self._index,
            name=self._name,
            load_percent=float(percent) if percent is not None and percent <= 100 else None,
            vram_used=used if sized and used <= total else None,
            vram_total=total if sized else None,
            engine_vram=self._engine_vram(engine, total) if engine and sized else None,
            temperature_celsius=None if celsius is None else float(celsius),
            power_watts=None if milliwatts is None else milliwatts / 1000,
        )

    def _engine_vram(self, engine: Pids, total: int) -> int | None:
        nvml = self._nvml
        held = held_by(
            engine,
            self._value(nvml.nvmlDeviceGetComputeRunningProcesses, self._handle),
            self._value(nvml.nvmlDeviceGetGraphicsRunningProcesses, self._handle),
        )
        return held if held is not None and held <= total else None

    def _value(self, call: Callable[..., Any], *arguments: object) -> Any:
        if self.trouble is not None:
            return None
        try:
            return call(*arguments)
        except self._nvml.NVMLError as error:
            if error.value in _GONE:
                self.trouble = str(error)
            elif error.value == _UNKNOWN:
                self._unknown = str(error)
            return None


def import_pynvml() -> ModuleType:
    """The module; raises ReaderUnavailable where there is no library for it."""
    if not _has_library():
        raise ReaderUnavailable("no NVML library")
    try:
        import pynvml
    except ImportError as error:
        raise ReaderUnavailable(str(error)) from error
    module: ModuleType = pynvml
    return module


def _has_library() -> bool:
    """Whether pynvml would find the library; importing it costs megabytes."""
    if sys.platform == "win32":
        system = os.environ.get("WINDIR", "C:/Windows")
        programs = os.environ.get("ProgramFiles", "C:/Program Files")
        return os.path.isfile(f"{system}/System32/nvml.dll") or os.path.isfile(
            f"{programs}/NVIDIA Corporation/NVSMI/nvml.dll"
        )
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True
