"""Which driver NVIDIA's library belongs to, and what CUDA it supports."""

import re
from types import ModuleType

from tray.infrastructure.gpu.nvml import import_pynvml
from tray.infrastructure.gpu.reader import ReaderUnavailable
from tray.models.engine_build import NvidiaDriver

VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}")


def nvidia_driver() -> NvidiaDriver | None:
    """The installed driver; ``None`` without one, or when it does not answer."""
    try:
        nvml = import_pynvml()
    except ReaderUnavailable:
        return None
    try:
        nvml.nvmlInit()
    except nvml.NVMLError:
        return None
    try:
        return _described(nvml)
    except nvml.NVMLError:
        return None
    finally:
        nvml.nvmlShutdown()


def _described(nvml: ModuleType) -> NvidiaDriver | None:
    version = VERSION.match(nvml.nvmlSystemGetDriverVersion())
    if version is None or nvml.nvmlDeviceGetCount() == 0:
        return None
    compute = [_compute(nvml, index) for index in range(nvml.nvmlDeviceGetCount())]
    known = [capability for capability in compute if capability is not None]
    cuda = _cuda(nvml)
    return NvidiaDriver(
        version=version[0],
        cuda=None if cuda is None else f"{cuda // 1000}.{cuda % 1000 // 10}",
        compute=".".join(map(str, max(known))) if known else None,
        oldest=".".join(map(str, min(known))) if known else None,
    )


def _compute(nvml: ModuleType, index: int) -> tuple[int, ...] | None:
    """The GPU's compute capability; ``None`` from one that does not answer."""
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        return tuple(nvml.nvmlDeviceGetCudaComputeCapability(handle))
    except nvml.NVMLError:
        return None


def _cuda(nvml: ModuleType) -> int | None:
    """13000 for CUDA 13.0; ``None`` from a driver that does not know."""
    try:
        return int(nvml.nvmlSystemGetCudaDriverVersion_v2())
    except nvml.NVMLError:
        return None
