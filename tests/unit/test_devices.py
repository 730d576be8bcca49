"""What `llama-server --list-devices` prints, and what is made of it."""

from __future__ import annotations

import pytest

from tray.infrastructure.llama.discovery.devices import (
    Device,
    compute_name,
    parse_devices,
    used_gpus,
)

MIB = 1024 * 1024
TWO_CARDS = """ggml_cuda_init: found 2 CUDA devices:
  Device 0: NVIDIA H100, compute capability 9.0, VMM: yes
Available devices:
  CUDA0: NVIDIA H100 80GB HBM3 (81079 MiB, 80543 MiB free)
  CUDA1: NVIDIA H100 80GB HBM3 (81079 MiB, 79000 MiB free)
"""
MAC = """Available devices:
  MTL0: Apple M3 Max (28753 MiB, 28753 MiB free)
  BLAS: Accelerate (0 MiB, 0 MiB free)
"""
LAPTOP = """ggml_vulkan: Found 2 Vulkan devices:
ggml_vulkan: 0 = AMD Radeon 780M (RADV PHOENIX) (radv) | uma: 1 | fp16: 1 | bf16: 0
ggml_vulkan: 1 = NVIDIA GeForce RTX 4060 (NVIDIA) | uma: 0 | fp16: 1 | bf16: 1
Available devices:
  Vulkan0: AMD Radeon 780M (RADV PHOENIX) (32000 MiB, 30000 MiB free)
  Vulkan1: NVIDIA GeForce RTX 4060 (7957 MiB, 7189 MiB free)
"""
ALONE = "".join(line for line in LAPTOP.splitlines(keepends=True) if "NVIDIA" not in line)
ODD_NAME = (
    "Available devices:\r\n  Vulkan0: AMD Radeon (TM) 780M: Graphics (16 MiB, 8 MiB free)\r\n"
)


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("Available devices:\n  (none)\n", "CPU"),
        ("Available devices:\n", "CPU"),
        (TWO_CARDS, "2 × NVIDIA H100 80GB HBM3"),
        (MAC, "Apple M3 Max"),
        (LAPTOP, "NVIDIA GeForce RTX 4060"),
        (ALONE, "AMD Radeon 780M (RADV PHOENIX)"),
        (ODD_NAME, "AMD Radeon (TM) 780M: Graphics"),
        ("Available devices:\n  BLAS: OpenBLAS (0 MiB, 0 MiB free)\n", "CPU"),
        ("Available devices:\n  Vulkan0: llvmpipe (LLVM 15) (1 MiB, 1 MiB free)\n", "CPU"),
        (
            (
                "Available devices:\n  CUDA0: RTX A (2 MiB, 1 MiB free)\n"
                "  CUDA1: RTX B (2 MiB, 1 MiB free)"
            ),
            "RTX A, RTX B",
        ),
    ],
)
def test_what_the_engine_computes_on(output: str, name: str) -> None:
    devices = parse_devices(output)
    assert devices is not None
    assert compute_name(devices) == name


def test_an_integrated_gpu_beside_a_card_holds_nothing_of_a_model() -> None:
    for output, name in ((LAPTOP, "Vulkan1"), (ALONE, "Vulkan0")):
        devices = parse_devices(output)
        assert devices is not None
        assert [device.name for device in used_gpus(devices)] == [name]


def test_sizes_are_bytes() -> None:
    devices = parse_devices(MAC)
    assert devices is not None
    assert devices[0] == Device("MTL0", "Apple M3 Max", 28753 * MIB, 28753 * MIB)


@pytest.mark.parametrize("output", ["", "error: invalid argument: --list-devices", "devices: none"])
def test_no_list_is_not_an_empty_list(output: str) -> None:
    assert parse_devices(output) is None
