"""The AMD reader over a tree like the kernel's."""

from pathlib import Path

import pytest

from tray.infrastructure.gpu.amd_sysfs import AmdSysfsReader
from tray.infrastructure.gpu.reader import ReaderUnavailable
from tray.models.metrics import GpuMetrics

_GIB = 2**30
_FILES = {
    "vendor": "0x1002\n",
    "device": "0x744c\n",
    "product_name": "\n",
    "gpu_busy_percent": "37\n",
    "mem_info_vram_total": f"{24 * _GIB}\n",
    "mem_info_vram_used": f"{3 * _GIB}\n",
    "power/runtime_status": "active\n",
    "hwmon/hwmon3/temp1_input": "51500\n",
    "hwmon/hwmon3/power1_average": "98000000\n",
}
_WHOLE = GpuMetrics(
    index=0,
    name="AMD GPU 744c",
    load_percent=37.0,
    vram_used=3 * _GIB,
    vram_total=24 * _GIB,
    temperature_celsius=51.5,
    power_watts=98.0,
)


def _card(drm: Path, card: str, **changes: str | None) -> Path:
    """A card's folder; a file given as None is left out (``/`` is written ``__``)."""
    named = {name.replace("__", "/"): text for name, text in changes.items()}
    for name, text in {**_FILES, **named}.items():
        if text is not None:
            path = drm / card / "device" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "ascii")
    return drm / card / "device"


def test_every_value(tmp_path: Path) -> None:
    _card(tmp_path, "card1")
    (tmp_path / "card1-DP-1").mkdir()
    (tmp_path / "renderD128").mkdir()
    (tmp_path / "version").write_text("drm 1.1.0", "ascii")
    assert AmdSysfsReader(tmp_path).read() == (_WHOLE,)


def test_cards_count_in_the_kernels_order_and_others_are_left_out(tmp_path: Path) -> None:
    _card(tmp_path, "card10", product_name="Radeon Pro W7900\n")
    _card(tmp_path, "card2")
    _card(tmp_path, "card0", vendor="0x8086\n")
    _card(tmp_path, "card3", gpu_busy_percent=None, mem_info_vram_total=None)
    rows = AmdSysfsReader(tmp_path).read()
    assert [(gpu.index, gpu.name) for gpu in rows] == [(0, "AMD GPU 744c"), (1, "Radeon Pro W7900")]


@pytest.mark.parametrize("text", [None, "", "\n", "-1", "nan", "1e3", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_what_is_no_number_is_unknown(tmp_path: Path, text: str | None) -> None:
    device = _card(tmp_path, "card0", mem_info_vram_used=None, hwmon__hwmon3__power1_average=None)
    for name in ("gpu_busy_percent", "mem_info_vram_used", "hwmon/hwmon3/power1_average"):
        if text is None:
            (device / name).unlink(missing_ok=True)
        else:
            (device / name).write_text(text, "utf-8")
    unknown = {"load_percent": None, "vram_used": None, "power_watts": None}
    assert AmdSysfsReader(tmp_path).read() == (_WHOLE.model_copy(update=unknown),)


def test_a_file_that_refuses_is_unknown(tmp_path: Path) -> None:
    device = _card(tmp_path, "card0")
    (device / "gpu_busy_percent").unlink()
    (device / "gpu_busy_percent").mkdir()
    assert AmdSysfsReader(tmp_path).read()[0].load_percent is None


def test_the_other_power_file_serves_too(tmp_path: Path) -> None:
    _card(
        tmp_path,
        "card0",
        hwmon__hwmon3__power1_average=None,
        hwmon__hwmon3__power1_input="42000000",
    )
    assert AmdSysfsReader(tmp_path).read()[0].power_watts == 42.0


def test_a_sleeping_card_is_not_woken(tmp_path: Path) -> None:
    _card(tmp_path, "card0", power__runtime_status="suspended\n")
    (gpu,) = AmdSysfsReader(tmp_path).read()
    assert (gpu.load_percent, gpu.temperature_celsius, gpu.power_watts) == (None, None, None)
    assert gpu.vram_total == 24 * _GIB


def test_plugged_in_and_pulled_out(tmp_path: Path) -> None:
    reader = AmdSysfsReader(tmp_path)
    with pytest.raises(ReaderUnavailable):
        reader.read()
    _card(tmp_path, "card0")
    assert len(reader.read()) == 1
    (tmp_path / "card0" / "device" / "vendor").unlink()
    with pytest.raises(ReaderUnavailable):
        reader.read()


def test_without_the_folder_there_is_no_card(tmp_path: Path) -> None:
    with pytest.raises(ReaderUnavailable):
        AmdSysfsReader(tmp_path / "missing").read()
