"""An engine that prints without end: it must not be slowed, and the log must stay small."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path

from tests.contract.guard_setup import shell_spec
from tests.torture.figures import FloodFigures
from tray.infrastructure.llama.supervision.guarded_process import GuardedProcess
from tray.infrastructure.logs import ApplicationLog, EngineLog

LIMIT = 600.0


class _Counted(EngineLog):
    """The engine's log, and how much it was fed."""

    size = 0

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        super().feed(data)


def flood(folder: Path, size: int) -> FloodFigures:
    """Print ``size`` bytes in lines of 80 to standard error, through guard and log."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        log = ApplicationLog(Path(name))
        output = _Counted(log)
        over = threading.Event()
        script = f"yes {'x' * 79} | head -c {size} >&2"
        before = time.monotonic()
        GuardedProcess(
            shell_spec(script, Path(name)),
            output,
            lambda _: None,
            lambda _: None,
            lambda _: over.set(),
            lambda _: over.set(),
        )
        over.wait(LIMIT)
        seconds = time.monotonic() - before
        output.close()
        log.close()
        written = sum(path.stat().st_size for path in Path(name).glob("*.log"))
    return FloodFigures(
        bytes_printed=size, bytes_read=output.size, log_bytes=written, seconds=seconds
    )
