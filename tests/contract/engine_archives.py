"""Archives as releases have them, made on the spot, and programs that answer as engines do."""

from __future__ import annotations

import hashlib
import io
import stat
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tray.models.engine_build import Asset, Backend, EngineBuild

SCRIPT = """#!/bin/sh
case "$1" in
  --version) echo "version: {number} (0123abc)" >&2; exit {version_code} ;;
  --list-devices) printf 'Available devices:\\n{devices}' ; exit 0 ;;
esac
exit 1
"""
GPU = "  Vulkan0: Radeon RX 7800 (16384 MiB, 16000 MiB free)\\n"


def program(number: int = 100, devices: str = GPU, version_code: int = 0) -> bytes:
    """A llama-server that answers the two questions, and does nothing else."""
    text = SCRIPT.format(number=number, devices=devices, version_code=version_code)
    return text.encode()


@dataclass(frozen=True)
class File:
    name: str
    content: bytes = b"x"
    mode: int = 0o644


@dataclass(frozen=True)
class Link:
    name: str
    target: str
    kind: bytes = tarfile.SYMTYPE


@dataclass(frozen=True)
class Special:
    """A device, a pipe, or whatever else tar knows."""

    name: str
    kind: bytes


Member = File | Link | Special


def tar_gz(members: Iterable[Member]) -> bytes:
    """A .tar.gz of exactly these, in their order."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", compresslevel=1) as tar:
        for member in members:
            info = tarfile.TarInfo(member.name)
            if isinstance(member, File):
                info.size, info.mode = len(member.content), member.mode
                tar.addfile(info, io.BytesIO(member.content))
                continue
            info.type = member.kind
            if isinstance(member, Link):
                info.linkname = member.target
            tar.addfile(info)
    return data.getvalue()


def zipped(members: Iterable[Member]) -> bytes:
    """A .zip of exactly these, in their order."""
    data = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed,
    ):
        warnings.filterwarnings("ignore", "Duplicate name")
        for member in members:
            info = zipfile.ZipInfo("x")
            # Set afterwards: the constructor would tidy it.
            info.filename = member.name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            if isinstance(member, File):
                info.external_attr = (stat.S_IFREG | member.mode) << 16
                packed.writestr(info, member.content)
            elif isinstance(member, Link):
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                packed.writestr(info, member.target)
            else:
                info.external_attr = (stat.S_IFIFO | 0o644) << 16
                packed.writestr(info, b"")
    return data.getvalue()


def folder_members(folder: Path, below: str) -> list[Member]:
    """A real folder's files and links, as members below the folder ``below``."""
    members: list[Member] = []
    for place in sorted(folder.iterdir()):
        name = f"{below}/{place.name}"
        if place.is_symlink():
            members.append(Link(name, str(place.readlink())))
        elif place.is_file():
            members.append(File(name, place.read_bytes(), place.stat().st_mode & 0o777))
    return members


def build_of(
    archives: dict[str, bytes],
    address: Callable[[str], str],
    *,
    version: str = "b100",
    backend: Backend = Backend.VULKAN,
) -> EngineBuild:
    """A build pinned by the hashes of ``archives``, which lie at ``address(name)``."""
    assets = tuple(
        Asset(
            name=name,
            url=address(name),
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in archives.items()
    )
    return EngineBuild(
        version=version, system="linux", machine="x86_64", backend=backend, assets=assets
    )
