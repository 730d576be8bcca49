"""Which build is proposed for which machine, with the reason; and what the pins must be."""

from __future__ import annotations

import pytest

from tray.infrastructure.engines.pins import read_pins
from tray.models.engine_build import Backend, EngineBuild, MachineFacts, NvidiaDriver
from tray.services.engine_proposal import propose

PINS = read_pins()
LINUX = MachineFacts(system="linux", machine="x86_64", glibc="2.39")
WINDOWS = MachineFacts(system="win32", machine="x86_64")


def nvidia(
    version: str,
    cuda: str | None,
    compute: str | None,
    base: MachineFacts = LINUX,
    oldest: str | None = None,
) -> MachineFacts:
    driver = NvidiaDriver(version=version, cuda=cuda, compute=compute, oldest=oldest)
    return base.model_copy(update={"gpu": True, "nvidia": driver, "vulkan": ("nvidia",)})


def having(base: MachineFacts = LINUX, **facts: object) -> MachineFacts:
    return base.model_copy(update={"gpu": True, **facts})


NEW_LIBC = "No pinned build runs here: it needs glibc 2.38; this system has 2.36."

TABLE = {
    "new driver": (
        nvidia("610.43.02", "13.5", "8.9"),
        "cuda-13.4",
        "NVIDIA driver 610.43.02 supports CUDA 13.5.",
    ),
    "driver between the builds": (
        nvidia("580.65.06", "13.0", "8.9"),
        "cuda-12.8",
        "NVIDIA driver 580.65.06 supports CUDA 13.0.",
    ),
    "Blackwell on Windows with an older driver": (
        nvidia("581.57", "13.0", "12.0", WINDOWS),
        "cuda-13.4",
        "NVIDIA driver 581.57 supports CUDA 13.0, and runs this build of CUDA 13.4.",
    ),
    "Blackwell on Linux": (nvidia("570.86", "12.8", "12.0"), "cuda-12.8", "CUDA 12.8"),
    "Pascal under a new driver": (nvidia("580.65.06", "13.0", "6.1"), "cuda-12.8", "CUDA 13.0"),
    "the oldest driver of CUDA 12": (nvidia("525.60.13", "12.0", "8.6"), "cuda-12.8", "CUDA 12.0"),
    "a driver too old for CUDA": (
        nvidia("470.256.02", "11.4", "8.6"),
        "vulkan",
        "470.256.02 is too old: it needs 525.60.13. A Vulkan driver is installed: nvidia.",
    ),
    "Kepler": (nvidia("470.256.02", "11.4", "3.5"), "vulkan", "its compute capability is 3.5"),
    "Turing under a driver that cannot compile for it": (
        nvidia("535.183.01", "12.2", "7.5"),
        "vulkan",
        "Install one that supports CUDA 12.8. A",
    ),
    "the same without Vulkan": (
        nvidia("550.120", "12.4", "9.0").model_copy(update={"vulkan": ()}),
        "cpu",
        "Install one that supports CUDA 12.8. The bundled engine",
    ),
    "Turing on Windows with an older driver": (
        nvidia("531.41", "12.1", "7.5", WINDOWS),
        "vulkan",
        "Install one that supports CUDA 12.4.",
    ),
    "Turing on Windows with a driver of the older build": (
        nvidia("551.61", "12.4", "7.5", WINDOWS),
        "cuda-12.4",
        "CUDA 12.4",
    ),
    "Turing beside a newer GPU": (nvidia("550.120", "12.4", "8.6", oldest="7.5"), "vulkan", "12.8"),
    "two GPUs with ready code": (
        nvidia("550.120", "12.4", "8.9", oldest="8.6"),
        "cuda-12.8",
        "runs this build of CUDA 12.8",
    ),
    "a GPU that is not known": (nvidia("550.120", "12.4", None), "cuda-12.8", "CUDA 12.8"),
    "Blackwell for data centers": (nvidia("580.65.06", "13.0", "10.0"), "cuda-12.8", "CUDA 13.0"),
    "a driver that tells no CUDA": (
        nvidia("580.65.06", None, None),
        "cuda-13.4",
        "NVIDIA driver 580.65.06 runs CUDA 13.4.",
    ),
    "Windows, older driver": (nvidia("551.61", "12.4", "8.9", WINDOWS), "cuda-12.4", "CUDA 12.4"),
    "AMD with ROCm": (
        having(rocm=True, kfd=True, vulkan=("radeon",)),
        "rocm-10.0",
        "ROCm and an AMD GPU are here.",
    ),
    "ROCm, and the device is closed": (
        having(rocm=True, vulkan=("radeon",)),
        "vulkan",
        "A Vulkan driver is installed: radeon.",
    ),
    "AMD without ROCm": (having(kfd=True, vulkan=("radeon",)), "vulkan", "radeon"),
    "AMD on Windows": (having(WINDOWS, vulkan=("vulkan-1.dll",)), "vulkan", "Vulkan"),
    "a GPU without any driver": (
        having(),
        "cpu",
        "No Vulkan driver of a GPU is installed. The bundled engine computes on the CPU, too.",
    ),
    "no GPU": (LINUX, "cpu", "There is no GPU that a build could use."),
    "a Vulkan renderer but no GPU": (
        LINUX.model_copy(update={"vulkan": ("radeon",)}),
        "cpu",
        "There is no GPU",
    ),
    "Apple silicon": (
        MachineFacts(system="darwin", machine="arm64", gpu=True),
        "metal",
        "Every Mac with Apple silicon has Metal.",
    ),
    "an Intel Mac": (MachineFacts(system="darwin", machine="x86_64"), "cpu", "no GPU"),
    "Linux on ARM": (
        MachineFacts(system="linux", machine="arm64", glibc="2.41", gpu=True, vulkan=("panfrost",)),
        "vulkan",
        "panfrost",
    ),
    "an older Linux": (nvidia("610.43", "13.5", "8.9", having(glibc="2.36")), None, NEW_LIBC),
    "musl": (LINUX.model_copy(update={"glibc": None}), None, "another C library"),
    "an unknown machine": (
        MachineFacts(system="linux", machine="riscv64", glibc="2.41"),
        None,
        "No build is pinned for Linux on riscv64.",
    ),
}


@pytest.mark.parametrize(("facts", "wanted", "reason"), TABLE.values(), ids=TABLE)
def test_the_proposal(facts: MachineFacts, wanted: str | None, reason: str) -> None:
    proposal = propose(PINS, facts)
    version = PINS.builds[0].version
    assert proposal.name == (None if wanted is None else f"{version}-{wanted}")
    assert reason in proposal.reason
    if wanted is None:
        assert "server.executable" in proposal.reason


@pytest.mark.parametrize(("facts", "wanted"), [(f, w) for f, w, _ in TABLE.values()], ids=TABLE)
def test_every_verdict_has_a_sentence_and_the_proposed_one_fits(
    facts: MachineFacts, wanted: str | None
) -> None:
    proposal = propose(PINS, facts)
    for verdict in proposal.verdicts:
        assert verdict.reason.endswith(".")
    fitting = {verdict.name for verdict in proposal.verdicts if verdict.fits}
    assert (proposal.name in fitting) == (wanted is not None)


def test_the_pins_are_unmistakable() -> None:
    keys = [(b.system, b.machine, b.name) for b in PINS.builds]
    assert len(set(keys)) == len(keys)
    assets = [asset for b in PINS.builds for asset in b.assets]
    assert len({asset.sha256 for asset in assets}) == len(assets)
    for b in PINS.builds:
        for asset in b.assets:
            assert asset.url.startswith("https://github.com/ggml-org/llama.cpp/releases/download/")
            assert asset.url.endswith(f"/{b.version}/{asset.name}")
            assert asset.name.endswith(".zip" if b.system == "win32" else ".tar.gz")


def test_a_build_with_cuda_brings_its_libraries() -> None:
    def names(build: EngineBuild) -> list[str]:
        return [asset.name.split("-")[0] for asset in build.assets]

    cuda = [b for b in PINS.builds if b.backend is Backend.CUDA]
    assert cuda
    assert all(names(b) == ["llama", "cudart"] for b in cuda)
    assert all(b.minimum_driver and b.minimum_compute and b.runtime for b in cuda)
    assert all({"8.6", "8.9"} <= set(b.native_compute or ()) for b in cuda)


def test_every_backend_has_a_build_and_every_system_a_cpu_one() -> None:
    assert {b.backend for b in PINS.builds} == set(Backend)
    for b in PINS.builds:
        same = [o for o in PINS.builds if (o.system, o.machine) == (b.system, b.machine)]
        cpu = {Backend.CPU, Backend.METAL}
        assert cpu & {o.backend for o in same}
