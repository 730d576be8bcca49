"""Can this file be started here? Said before anything is spawned, by its first bytes."""

import os
import platform
import struct
import sys
from pathlib import Path

from tray.infrastructure.llama.failures.refusal import refusal
from tray.models.failure import FailureCause

ELF_MACHINES = {3: "x86", 40: "arm", 62: "x86_64", 183: "arm64", 243: "riscv64"}
PE_MACHINES = {0x14C: "x86", 0x8664: "x86_64", 0xAA64: "arm64"}
MACH_MACHINES = {7: "x86", 0x01000007: "x86_64", 0x0100000C: "arm64"}
MACH_THIN = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
MACH_FAT = b"\xca\xfe\xba\xbe"
OF_SYSTEM = {"linux": "Linux", "win32": "Windows", "darwin": "macOS"}
SAME = {"amd64": "x86_64", "aarch64": "arm64", "i386": "x86", "i686": "x86"}
# What each kind of machine also runs: 32-bit programs, and Rosetta or Windows' emulation.
ALSO_RUNS = {
    ("linux", "x86_64"): {"x86"},
    ("win32", "x86_64"): {"x86"},
    ("win32", "arm64"): {"x86", "x86_64"},
    ("darwin", "arm64"): {"x86_64"},
}


def built_for(head: bytes) -> tuple[str, str | None] | None:
    """System and machine of an executable's first bytes, ``None`` for other files.

    The machine is ``None`` for a universal Mac binary. Needs the bytes up to the
    PE header of a Windows program (4096 are plenty).
    """
    if head[:4] == b"\x7fELF" and len(head) >= 20:
        order = "<" if head[5] == 1 else ">"
        machine = struct.unpack_from(order + "H", head, 18)[0]
        return "linux", ELF_MACHINES.get(machine, f"machine {machine}")
    if head[:2] == b"MZ" and len(head) >= 64:
        offset = struct.unpack_from("<I", head, 60)[0]
        if head[offset : offset + 4] == b"PE\0\0" and len(head) >= offset + 6:
            machine = struct.unpack_from("<H", head, offset + 4)[0]
            return "win32", PE_MACHINES.get(machine, f"machine {machine:#x}")
    if head[:4] in MACH_THIN and len(head) >= 8:
        machine = struct.unpack_from("<I", head, 4)[0]
        return "darwin", MACH_MACHINES.get(machine, f"machine {machine:#x}")
    return ("darwin", None) if head[:4] == MACH_FAT else None


def mismatch(head: bytes, system: str, machine: str) -> str | None:
    """Why this executable cannot run on ``system``/``machine``, or ``None``."""
    target = built_for(head)
    here = SAME.get(machine.lower(), machine.lower())
    if target is None:
        if head[:2] == b"#!" and system != "win32":
            return None
        return "It is not a program this system can run."
    built_system, built_machine = target
    if built_system == system:
        runs = {here} | ALSO_RUNS.get((system, here), set())
        if built_machine is None or built_machine in runs:
            return None
    built = f"{OF_SYSTEM[built_system]} {built_machine or ''}".strip()
    return f"It was built for {built}; this machine is {OF_SYSTEM.get(system, system)} {here}."


def check_executable(path: Path) -> None:
    """Raise PaddockError when ``path`` is not a program that can be started here."""
    if not _exists(path):
        raise refusal(
            FailureCause.BINARY_MISSING,
            "llama-server is not there",
            f"There is no file {path}. Correct the setting server.executable, or remove it.",
        )
    if not path.is_file():
        raise refusal(
            FailureCause.BINARY_MISSING,
            "llama-server is not a file",
            f"{path} is a folder or a device. Name the llama-server program itself.",
        )
    if not os.access(path, os.X_OK):
        raise refusal(
            FailureCause.BINARY_NOT_EXECUTABLE,
            "llama-server may not be executed",
            f"{path} lacks the permission to be run. Allow it with: chmod +x {path}",
        )
    _check_first_bytes(path)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise refusal(
            FailureCause.BINARY_NOT_EXECUTABLE,
            "llama-server cannot be reached",
            f"{path}: {error.strerror or error}. Check the permissions of its folders, or correct "
            "the setting server.executable.",
        ) from error


def _check_first_bytes(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return  # executable without being readable: the system decides
    reason = mismatch(head, sys.platform, platform.machine())
    if reason is not None:
        raise refusal(
            FailureCause.BINARY_WRONG_ARCHITECTURE,
            "llama-server is for another machine",
            f"{path} cannot be started. {reason}",
        )
