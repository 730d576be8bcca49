"""What of a machine decides about engines, read from file trees made for the test."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from tests.platforms import on_linux, on_posix
from tray.infrastructure.engines.machine import has_rocm, machine_facts, may_use, vulkan_drivers


def files(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def test_drivers_of_real_gpus_are_named_once(tmp_path: Path) -> None:
    root = files(
        tmp_path,
        "usr/share/vulkan/icd.d/radeon_icd.x86_64.json",
        "usr/share/vulkan/icd.d/radeon_icd.i686.json",
        "usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
        "usr/share/vulkan/icd.d/virtio_icd.x86_64.json",
        "usr/share/vulkan/icd.d/readme.txt",
        "etc/vulkan/icd.d/nvidia_icd.json",
        "usr/local/share/vulkan/icd.d/radeon_icd.json",
    )
    assert vulkan_drivers(root) == ("nvidia", "radeon")


def test_a_renderer_on_the_cpu_is_no_driver(tmp_path: Path) -> None:
    root = files(tmp_path, "usr/share/vulkan/icd.d/lvp_icd.x86_64.json")
    assert vulkan_drivers(root) == ()
    assert vulkan_drivers(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(
    "library",
    [
        "opt/rocm-7.2.0/lib/libamdhip64.so.7",
        "opt/rocm/lib/libamdhip64.so",
        "usr/lib/x86_64-linux-gnu/libamdhip64.so.6",
    ],
)
def test_rocm_is_its_runtime_library(tmp_path: Path, library: str) -> None:
    assert not has_rocm(tmp_path)
    assert has_rocm(files(tmp_path, library))


@on_posix
def test_a_device_one_may_not_open_is_no_use(tmp_path: Path) -> None:
    assert not may_use(tmp_path / "kfd")
    assert may_use(files(tmp_path, "kfd") / "kfd")


@on_linux
def test_this_machine() -> None:
    facts = machine_facts()
    assert facts.system == sys.platform
    assert facts.machine == {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    assert facts.glibc == platform.libc_ver()[1]
