"""NVIDIA GPUs by the ``nvidia-smi`` program, where NVML itself cannot be asked.

One long-lived process prints a row a GPU every second: none is started for each
sample.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.gpu.nvidia_smi_loop import SmiLoop
from tray.infrastructure.gpu.reader import (
    NOBODY,
    Pids,
    ReaderBusy,
    ReaderFailed,
    ReaderUnavailable,
)
from tray.models.metrics import GpuMetrics

_FIRST_ROW_SECONDS = 8.0
_FRESH_SECONDS = 3.0
_WAIT_SECONDS = 0.5


def find_nvidia_smi() -> Path | None:
    """The program's path; on Windows only from where the driver installs it."""
    if sys.platform == "win32":
        places = (
            Path(os.environ.get("WINDIR", "C:/Windows")) / "System32/nvidia-smi.exe",
            Path(os.environ.get("ProgramFiles", "C:/Program Files"))
            / "NVIDIA Corporation/NVSMI/nvidia-smi.exe",
        )
    else:
        on_path = shutil.which("nvidia-smi")
        places = (Path(on_path or "/usr/bin/nvidia-smi"), Path("/usr/lib/wsl/lib/nvidia-smi"))
    return next((place for place in places if place.is_file()), None)


class NvidiaSmiReader:
    """Gives the rows the looping process printed last."""

    name = "nvidia-smi"

    def __init__(
        self,
        *,
        find: Callable[[], Path | None] = find_nvidia_smi,
        first_row_seconds: float = _FIRST_ROW_SECONDS,
        fresh_seconds: float = _FRESH_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find = find
        self._first_row_seconds = first_row_seconds
        self._fresh_seconds = fresh_seconds
        self._clock = clock
        self._loop: SmiLoop | None = None

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        """Give every GPU's last row; a GPU that stopped printing is left out.

        Whose the VRAM is stays unknown: a row does not tell.

        Raises ReaderUnavailable without the program or without devices,
        ReaderBusy before the first row, ReaderFailed when it ended or went silent.
        """
        loop = self._loop = self._running() or self._start()
        rows = loop.rows(self._fresh_seconds, _WAIT_SECONDS)
        if rows:
            return rows
        said = loop.complaint
        if said is not None and said.no_devices:
            self.close()
            raise ReaderUnavailable(said.text)
        if loop.ended:
            self.close()
            raise ReaderFailed(said.text if said else f"ended with exit code {loop.exit_code}")
        silent = self._clock() - loop.last_row_at
        if silent >= (self._fresh_seconds if loop.has_printed else self._first_row_seconds):
            self.close()
            raise ReaderFailed(said.text if said else "prints nothing")
        raise ReaderBusy("starting", silent)

    def close(self) -> None:
        """End the process, if one runs. One that cannot be ended blocks a new start."""
        if self._loop is not None and self._loop.end():
            self._loop = None

    def _running(self) -> SmiLoop | None:
        if self._loop is not None and self._loop.is_doomed:
            self.close()
            if self._loop is not None:
                raise ReaderFailed("an earlier nvidia-smi hangs and cannot be ended")
        return self._loop

    def _start(self) -> SmiLoop:
        program = self._find()
        if program is None:
            raise ReaderUnavailable("no nvidia-smi")
        try:
            return SmiLoop(program, self._clock)
        except OSError as error:
            raise ReaderFailed(f"cannot start {program}: {error}") from error
