"""The doctor's checks of the GPU: its driver, its device files, and whether the engine sees it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.llama.discovery.gpu_hint import gpu_hint
from tray.models.doctor import Check, CheckStatus
from tray.models.metrics import GpuMetrics
from tray.models.state import EngineInfo

# Through these a program computes: NVIDIA's, AMD's, and those of every open driver.
_DEVICES = ("nvidiactl", "kfd", "dri/renderD*")


def check_gpu(gpus: tuple[GpuMetrics, ...] | None, present: bool) -> Check:
    """Whether the driver answers; ``gpus`` as in Patient."""
    name = "GPU"
    if gpus:
        finding = "Seen: " + ", ".join(gpu.name for gpu in gpus) + "."
        return Check(name=name, status=CheckStatus.OK, finding=finding)
    if gpus is None:
        return Check(
            name=name,
            status=CheckStatus.PROBLEM,
            finding="A GPU driver is installed but does not answer.",
            fix="Restart the computer; if that does not help, install the driver again.",
        )
    if present and sys.platform != "darwin":
        return Check(
            name=name,
            status=CheckStatus.WARNING,
            finding="A GPU is built in, but its load and memory cannot be read.",
            fix="Install the driver of its maker (for NVIDIA it comes with nvidia-smi).",
        )
    finding = "None to be measured." if present else "None; models run on the CPU."
    return Check(name=name, status=CheckStatus.OK, finding=finding)


def check_gpu_access(devices: Path) -> Check:
    """Linux: whether this user may compute on the GPU; ``devices`` is /dev."""
    name = "GPU permissions"
    files = [file for pattern in _DEVICES for file in sorted(devices.glob(pattern))]
    closed = [file for file in files if not os.access(file, os.R_OK | os.W_OK)]
    if not files:
        return Check(name=name, status=CheckStatus.OK, finding="There is no device to open.")
    if not closed:
        return Check(name=name, status=CheckStatus.OK, finding="You may use every device.")
    return Check(
        name=name,
        status=CheckStatus.WARNING,
        finding=f"You may not use {', '.join(map(str, closed))}.",
        fix="Join the groups that own them (sudo usermod -aG render,video $USER), then log in "
        "again.",
    )


def check_engine_gpu(
    engine: EngineInfo | None, present: bool, better: Callable[[], str | None]
) -> Check:
    """Whether the engine for own models sees the GPU; ``None`` is the bundled one.

    ``better`` is asked for a build that would only when this one does not.
    """
    name = "GPU in the engine"
    fallback = engine.cpu_fallback if engine else None
    if fallback is not None:
        return Check(
            name=name, status=CheckStatus.PROBLEM, finding=fallback.reason, fix=fallback.advice
        )
    if not present:
        return Check(name=name, status=CheckStatus.OK, finding="There is no GPU to be seen.")
    if engine is not None and engine.device is None:
        finding = "This build of llama-server cannot say what it computes on."
        return Check(name=name, status=CheckStatus.OK, finding=finding)
    if engine is not None and engine.device != "CPU":
        return Check(name=name, status=CheckStatus.OK, finding=f"It sees {engine.device}.")
    which = "The bundled engine" if engine is None else "This llama-server"
    return Check(
        name=name,
        status=CheckStatus.WARNING,
        finding=f"{which} computes on the CPU alone.",
        fix=better() or (engine.hint if engine else None) or gpu_hint(sys.platform),
    )
