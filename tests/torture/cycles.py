"""Start and stop, again and again, in one process: ``python -m tests.torture.cycles …``."""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.torture.figures import CycleFigures
from tests.torture.kills import Arena
from tests.torture.tray import WAIT, service_in
from tests.torture.victim import ROOT, Stage
from tray.models.config import LlamaCppConfig
from tray.models.state import ServerPhase
from tray.services.llama.service import LlamaCppService

WARM_UP = 20
SETTLE = 5.0


def run_cycles(arena: Arena, cycles: int) -> CycleFigures:
    """Measure in a process of its own, which has done nothing else."""
    config = arena.config(Stage.SPAWN, 1).model_dump_json()
    with tempfile.TemporaryDirectory(dir=arena.folder) as folder:
        done = subprocess.run(
            (sys.executable, "-m", "tests.torture.cycles", folder, str(cycles), config),
            stdout=subprocess.PIPE,
            check=True,
            cwd=ROOT,
        )
    return CycleFigures.model_validate_json(done.stdout)


def main(folder: Path, cycles: int, config: LlamaCppConfig) -> None:
    with service_in(folder) as service:
        for _ in range(WARM_UP):
            _cycle(service, config)
        before = _Held.now()
        for _ in range(cycles):
            _cycle(service, config)
        after = before.settled()
    figures = CycleFigures(
        cycles=cycles,
        engine=config.engine,
        descriptors=after.descriptors - before.descriptors,
        threads=after.threads - before.threads,
        zombies=after.zombies,
        rss=after.rss - before.rss,
    )
    print(figures.model_dump_json())


def _cycle(service: LlamaCppService, config: LlamaCppConfig) -> None:
    state = service.start(config).result(WAIT)
    assert state.phase is ServerPhase.READY, state.failure
    state = service.stop().result(WAIT)
    assert state.phase is ServerPhase.STOPPED, state.failure


class _Held:
    """What this process holds."""

    def __init__(self) -> None:
        me = psutil.Process()
        self.descriptors = len(list(Path("/proc/self/fd").iterdir()))
        self.threads = threading.active_count()
        self.zombies = sum(c.status() == psutil.STATUS_ZOMBIE for c in me.children())
        self.rss = me.memory_info().rss

    @classmethod
    def now(cls) -> _Held:
        """Measured once the threads of the last run have ended."""
        gc.collect()
        return cls()

    def settled(self) -> _Held:
        """What is held now, after the last run had time to end its threads."""
        deadline = time.monotonic() + SETTLE
        while True:
            held = _Held.now()
            same = held.descriptors <= self.descriptors and held.threads <= self.threads
            if (same and not held.zombies) or time.monotonic() > deadline:
                return held
            time.sleep(0.02)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), LlamaCppConfig.model_validate_json(sys.argv[3]))
