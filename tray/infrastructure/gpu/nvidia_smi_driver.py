"""NVIDIA's driver by the ``nvidia-smi`` program, where its library cannot be asked."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.gpu.nvidia_smi import find_nvidia_smi
from tray.infrastructure.no_window import NO_WINDOW
from tray.models.engine_build import NvidiaDriver, version_key

SECONDS = 5.0
CAPABILITIES = ("--query-gpu=compute_cap", "--format=csv,noheader")
# "Driver Version: 572.16", in the head of the table; newer programs say "KMD Version".
_DRIVER = re.compile(r"\b(?:Driver|KMD) Version:\s*([0-9]+(?:\.[0-9]+){1,3})\b")
_CUDA = re.compile(r"\bCUDA (?:UMD )?Version:\s*([0-9]+\.[0-9]+)\b")
_CAPABILITY = re.compile(r"^\s*([0-9]+\.[0-9]+)\s*$", re.MULTILINE)


def smi_driver(find: Callable[[], Path | None] = find_nvidia_smi) -> NvidiaDriver | None:
    """The installed driver; ``None`` without the program, or when it does not answer."""
    program = find()
    if program is None:
        return None
    head = _said(program)
    return None if head is None else driver_of(head, _said(program, *CAPABILITIES) or "")


def driver_of(head: str, capabilities: str) -> NvidiaDriver | None:
    """The driver that a table's head and a list of compute capabilities tell of."""
    version = _DRIVER.search(head)
    if version is None:
        return None
    cuda = _CUDA.search(head)
    known = _CAPABILITY.findall(capabilities)
    return NvidiaDriver(
        version=version[1],
        cuda=None if cuda is None else cuda[1],
        compute=max(known, key=version_key, default=None),
        oldest=min(known, key=version_key, default=None),
    )


def _said(program: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            (program, *arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            creationflags=NO_WINDOW,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
