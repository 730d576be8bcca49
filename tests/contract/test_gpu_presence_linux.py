"""Is there a GPU: read from file trees shaped like sysfs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.gpu.presence import linux_gpu_present


def card(root: Path, address: str, vendor: str) -> None:
    device = root / "sys/devices" / address
    device.mkdir(parents=True)
    (device / "vendor").write_text(f"{vendor}\n")
    folder = root / "sys/class/drm/card0"
    folder.mkdir(parents=True)
    (folder / "device").symlink_to(device)


@pytest.mark.parametrize(
    ("address", "vendor", "present"),
    [
        ("0000:01:00.0", "0x10de", True),
        ("0000:03:00.0", "0x1002", True),
        ("0000:03:00.0", "0x8086", True),
        ("0000:00:02.0", "0x8086", False),
        ("0000:00:01.0", "0x1af4", False),
        ("0000:00:02.0", "0x1234", False),
    ],
)
def test_cards(tmp_path: Path, address: str, vendor: str, present: bool) -> None:
    card(tmp_path, address, vendor)
    assert linux_gpu_present(tmp_path) is present


@pytest.mark.parametrize(("node", "present"), [("nvidia0", True), ("dxg", True), ("null", False)])
def test_device_nodes(tmp_path: Path, node: str, present: bool) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / node).touch()
    assert linux_gpu_present(tmp_path) is present


def test_no_sysfs_at_all(tmp_path: Path) -> None:
    assert not linux_gpu_present(tmp_path)
