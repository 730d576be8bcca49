"""Official builds of llama.cpp that Paddock may fetch, and what of a machine decides among them."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tray.models.base import Frozen

LARGEST_ASSET = 2 << 30
System = Literal["linux", "win32", "darwin"]
Machine = Literal["x86_64", "arm64"]
Version = Annotated[str, Field(pattern=r"^[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}$")]


class Backend(StrEnum):
    """What a build computes with, besides the CPU."""

    CUDA = "cuda"
    ROCM = "rocm"
    METAL = "metal"
    VULKAN = "vulkan"
    CPU = "cpu"


class Asset(Frozen):
    """One archive of a release: bytes, and SHA-256 in hex."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][A-Za-z0-9._-]{1,120}\.(?:zip|tar\.gz)$")]
    url: Annotated[str, Field(pattern=r"^https://[A-Za-z0-9._~:/%-]{1,400}$")]
    size: Annotated[int, Field(ge=1, le=LARGEST_ASSET)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class EngineBuild(Frozen):
    """One pinned build. Its ``assets`` are unpacked over each other, the engine's own first.

    ``runtime`` is the version of CUDA or ROCm it was built with. The minimums are of
    NVIDIA's driver, of the C library and of the GPU's compute capability; for those of
    ``native_compute`` it has code that is ready, for others the driver compiles it.
    """

    version: Annotated[str, Field(pattern=r"^b[0-9]{3,7}$")]
    system: System
    machine: Machine
    backend: Backend
    runtime: Version | None = None
    minimum_driver: Version | None = None
    minimum_glibc: Version | None = None
    minimum_compute: Version | None = None
    native_compute: tuple[Version, ...] | None = None
    assets: Annotated[tuple[Asset, ...], Field(min_length=1, max_length=2)]

    @property
    def name(self) -> str:
        """What a user calls it, and its folder: "b11146-cuda-12.8"."""
        runtime = f"-{self.runtime}" if self.runtime else ""
        return f"{self.version}-{self.backend}{runtime}"

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(asset.size for asset in self.assets)


class EnginePins(Frozen):
    """Every build this Paddock knows by its hash."""

    builds: tuple[EngineBuild, ...]


class NvidiaDriver(Frozen):
    """What NVIDIA's driver says; ``compute`` is of the newest GPU, ``oldest`` of the oldest."""

    version: str
    cuda: Version | None = None
    compute: Version | None = None
    oldest: Version | None = None


class MachineFacts(Frozen):
    """What of a machine decides which build fits; ``None`` and empty: not there.

    ``gpu``: one that is worth a GPU build. ``rocm``: ROCm's libraries are installed;
    ``kfd``: the user may open AMD's compute device. ``vulkan`` names the drivers of
    real GPUs.
    """

    system: str
    machine: str
    glibc: Version | None = None
    gpu: bool = False
    nvidia: NvidiaDriver | None = None
    rocm: bool = False
    kfd: bool = False
    vulkan: tuple[str, ...] = ()


class Verdict(Frozen):
    """Whether a build fits a machine, and why, in a sentence."""

    name: str
    fits: bool
    reason: str


class Proposal(Frozen):
    """The build to take, ``None`` when there is none, with the reason; and all verdicts."""

    name: str | None
    reason: str
    verdicts: tuple[Verdict, ...] = ()


class InstalledEngine(Frozen):
    """A build that was unpacked and checked here.

    ``says`` is its own ``--version``; ``device`` what it computes on, as
    ``--list-devices`` told it. ``sha256`` is over all of its files.
    """

    name: str
    backend: Backend
    runtime: Version | None = None
    executable: Path
    sha256: str
    says: str
    device: str


_NUMBER = re.compile(r"[0-9]+")


def version_key(text: str) -> tuple[int, ...]:
    """ "580.65.06" -> (580, 65, 6), which compares as versions do."""
    return tuple(int(number) for number in _NUMBER.findall(text)[:4])
