"""The driver's version and its CUDA, from what real programs printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.platforms import on_posix
from tray.infrastructure.gpu.nvidia_smi_driver import driver_of, smi_driver
from tray.models.engine_build import NvidiaDriver

DATA = Path(__file__).parent / "data" / "nvidia_smi"
NEWER = "| NVIDIA-SMI 610.43.02    KMD Version: 610.43.02    CUDA UMD Version: 13.3 |"


@pytest.mark.parametrize(
    ("name", "version", "cuda"),
    [
        ("tbl06_wsl_rtx4060_newwide.txt", "572.16", "12.8"),
        ("tbl07_2x_rtx3080_20g.txt", "580.95.05", "13.0"),
        ("tbl03_wddm_840m_windows_2016.txt", "369.30", None),
        ("tbl04_gtx680_multi_2014_MB_units.txt", "325.15", None),
    ],
)
def test_recorded_tables(name: str, version: str, cuda: str | None) -> None:
    table = (DATA / name).read_text(encoding="utf-8")
    assert driver_of(table, "") == NvidiaDriver(version=version, cuda=cuda)


def test_a_newer_head_and_several_gpus() -> None:
    found = driver_of(NEWER, "8.9\n12.0\n[N/A]\n")
    assert found == NvidiaDriver(version="610.43.02", cuda="13.3", compute="12.0", oldest="8.9")


@pytest.mark.parametrize("name", ["tbl02_jetson_orin_not_supported.txt", "err01_no_devices.txt"])
def test_what_tells_no_driver(name: str) -> None:
    assert driver_of((DATA / name).read_text(encoding="utf-8"), "") is None


@on_posix
def test_the_program_is_asked_and_a_broken_one_is_none(tmp_path: Path) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f'#!/bin/sh\n[ "$1" ] && echo 8.6 || echo "{NEWER}"\n')
    program.chmod(0o700)
    assert smi_driver(lambda: program) == NvidiaDriver(
        version="610.43.02", cuda="13.3", compute="8.6", oldest="8.6"
    )
    program.write_text("#!/bin/sh\nexit 9\n")
    assert smi_driver(lambda: program) is None
    assert smi_driver(lambda: tmp_path / "none") is None
    assert smi_driver(lambda: None) is None
