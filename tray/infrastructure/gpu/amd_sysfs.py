"""AMD GPUs on Linux, from the files the amdgpu driver offers under ``/sys``."""

import re
from pathlib import Path

from tray.infrastructure.gpu.reader import NOBODY, Pids, ReaderUnavailable
from tray.infrastructure.gpu.sysfs import text_of
from tray.models.metrics import GpuMetrics

_DRM = Path("/sys/class/drm")
_CARD = re.compile(r"card([0-9]+)")
_AMD = "0x1002"
_MEASURES = ("gpu_busy_percent", "mem_info_vram_total")


class AmdSysfsReader:
    """Looks the cards up at every reading: a new one is seen at once."""

    name = "amdgpu"

    def __init__(self, drm: Path = _DRM) -> None:
        self._drm = drm

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        """Measure every card. Raises ReaderUnavailable where there is none.

        Whose the VRAM is stays unknown.
        """
        cards = self._cards()
        if not cards:
            raise ReaderUnavailable("no AMD GPU under /sys")
        return tuple(_read_card(index, device) for index, device in enumerate(cards))

    def close(self) -> None:
        """Nothing stays open between readings."""

    def _cards(self) -> list[Path]:
        try:
            entries = [(_CARD.fullmatch(entry.name), entry) for entry in self._drm.iterdir()]
        except OSError:
            return []
        numbered = sorted((int(match.group(1)), entry) for match, entry in entries if match)
        devices = [entry / "device" for _, entry in numbered]
        return [device for device in devices if _is_amdgpu(device)]


def _is_amdgpu(device: Path) -> bool:
    return text_of(device / "vendor") == _AMD and any(
        (device / name).exists() for name in _MEASURES
    )


def _read_card(index: int, device: Path) -> GpuMetrics:
    total = _number(device / "mem_info_vram_total") or None
    used = _number(device / "mem_info_vram_used")
    asleep = text_of(device / "power/runtime_status") == "suspended"
    load = None if asleep else _number(device / "gpu_busy_percent")
    hwmon = None if asleep else next(iter(sorted(device.glob("hwmon/hwmon*"))), None)
    millidegrees = _number(hwmon / "temp1_input", lowest=-60_000) if hwmon else None
    return GpuMetrics(
        index=index,
        name=_name(device),
        load_percent=float(load) if load is not None and load <= 100 else None,
        vram_used=used if used is not None and (total is None or used <= total) else None,
        vram_total=total,
        temperature_celsius=None if millidegrees is None else millidegrees / 1000,
        power_watts=_watts(hwmon) if hwmon else None,
    )


def _name(device: Path) -> str:
    code = (text_of(device / "device") or "").removeprefix("0x")
    return text_of(device / "product_name") or f"AMD GPU {code}".strip()


def _watts(hwmon: Path) -> float | None:
    for name in ("power1_average", "power1_input"):
        microwatts = _number(hwmon / name)
        if microwatts is not None:
            return microwatts / 1_000_000
    return None


def _number(path: Path, lowest: int = 0) -> int | None:
    text = text_of(path) or ""
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        return None
    return int(text) if int(text) >= lowest else None
