"""What this machine has for engines: C library, NVIDIA's driver, ROCm, Vulkan."""

import os
import platform
import sys
from pathlib import Path

from tray.infrastructure.gpu.nvidia_smi_driver import smi_driver
from tray.infrastructure.gpu.nvml_driver import nvidia_driver
from tray.infrastructure.gpu.presence import gpu_present
from tray.models.engine_build import MachineFacts

MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}
ICD_FOLDERS = ("etc/vulkan/icd.d", "usr/local/share/vulkan/icd.d", "usr/share/vulkan/icd.d")
# Renderers that compute on the CPU, and drivers of virtual machines.
NO_GPU = ("lvp", "llvmpipe", "swiftshader", "virtio", "gfxstream", "dzn")
HIP = "libamdhip64.so*"
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "usr/lib64", "usr/lib", "opt/rocm*/lib")


def machine_facts() -> MachineFacts:
    """Facts of this machine now; loads NVIDIA's library where there is one."""
    machine = platform.machine().lower()
    root = Path("/")
    linux = sys.platform == "linux"
    return MachineFacts(
        system=sys.platform,
        machine=MACHINES.get(machine, machine),
        glibc=_glibc() if linux else None,
        gpu=gpu_present(),
        nvidia=nvidia_driver() or smi_driver(),
        rocm=has_rocm(root) if linux else _has_windows_library("amdhip64_*.dll"),
        kfd=may_use(root / "dev/kfd") if linux else gpu_present(),
        vulkan=vulkan_drivers(root) if linux else _windows_vulkan(),
    )


def vulkan_drivers(root: Path) -> tuple[str, ...]:
    """Names of the installed drivers of real GPUs below ``root``: "radeon", "nvidia"."""
    names: dict[str, None] = {}
    for folder in ICD_FOLDERS:
        for file in sorted((root / folder).glob("*.json")):
            name = file.name.split(".")[0].removesuffix("_icd")
            foreign = ".i686." in file.name or ".i386." in file.name
            if not foreign and not name.startswith(NO_GPU):
                names[name] = None
    return tuple(names)


def has_rocm(root: Path) -> bool:
    """Whether ROCm's runtime is installed below ``root``."""
    return any(True for folder in LIBRARIES for _ in root.glob(f"{folder}/{HIP}"))


def may_use(device: Path) -> bool:
    """Whether the device is there and open to this user."""
    return os.access(device, os.R_OK | os.W_OK)


def _glibc() -> str | None:
    name, version = platform.libc_ver()
    return version if name == "glibc" and version else None


def _windows_vulkan() -> tuple[str, ...]:
    return ("vulkan-1.dll",) if _has_windows_library("vulkan-1.dll") else ()


def _has_windows_library(pattern: str) -> bool:
    libraries = Path(os.environ.get("WINDIR", "C:/Windows"), "System32")
    return any(True for _ in libraries.glob(pattern))
