"""Is there a GPU in this machine at all? Cheap: no driver is loaded or asked."""

import platform
import sys
from pathlib import Path

from tray.infrastructure.gpu.sysfs import text_of

NVIDIA = "0x10de"
AMD = "0x1002"
INTEL = "0x8086"
DISPLAY_CLASS = r"SYSTEM\CurrentControlSet\Control\Class\{4d36e968-e325-11ce-bfc1-08002be10318}"


def gpu_present() -> bool:
    """Whether a GPU worth a GPU build of llama.cpp is there.

    Linux asks sysfs and the NVIDIA device nodes, Windows the registry's display
    adapters; on macOS it is Apple silicon. Virtual adapters do not count, and
    neither do Intel's integrated ones.
    """
    if sys.platform == "win32":
        return _windows_adapter()
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return linux_gpu_present(Path("/"))


def linux_gpu_present(root: Path) -> bool:
    """The same for a Linux file tree at ``root``."""
    if (root / "dev/nvidia0").exists() or (root / "dev/dxg").exists():
        return True
    return any(_counts(card) for card in (root / "sys/class/drm").glob("card[0-9]*/device"))


def _counts(device: Path) -> bool:
    vendor = text_of(device / "vendor")
    # Intel's integrated GPUs sit on PCI bus 0, its cards behind a bridge.
    integrated = device.resolve().name.startswith("0000:00:")
    return vendor in (NVIDIA, AMD) or (vendor == INTEL and not integrated)


def _windows_adapter() -> bool:
    if sys.platform != "win32":
        return False
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, DISPLAY_CLASS) as adapters:
            names = [winreg.EnumKey(adapters, i) for i in range(winreg.QueryInfoKey(adapters)[0])]
            return any(_is_gpu(adapters, name) for name in names if name.isdigit())
    except OSError:
        return False


def _is_gpu(adapters: object, name: str) -> bool:
    if sys.platform != "win32":
        return False
    import winreg

    assert isinstance(adapters, winreg.HKEYType)
    try:
        with winreg.OpenKey(adapters, name) as adapter:
            device = str(winreg.QueryValueEx(adapter, "MatchingDeviceId")[0]).lower()
    except OSError:
        return False
    return "ven_10de" in device or "ven_1002" in device
