"""What one look at the hardware costs, and that a day of looks leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.figures import Comparison, Figure, NotMeasured, Target, measured
from tests.bench.replay import Footprint, Replay
from tests.contract.nvml_setup import Probe, build_library
from tests.unit.tray_fakes import FakeActions, FakeHost
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.broadcast import Broadcast
from tray.ui.tray_icon import TrayIcon

DAY = 86_400
WARM_UP = 2_900
REPETITIONS = 7
READINGS = 500
SPAWNS = 40


def _at_most(name: str, unit: str, limit: float) -> Target:
    return Target(name=name, unit=unit, comparison=Comparison.VALUE_AT_MOST, limit=limit)


TARGETS = (
    _at_most("GPU: CPU of one NVML sample, one GPU", "ms", 1.0),
    Target(
        name="GPU: the same, to one process spawn",
        unit="ms",
        comparison=Comparison.RATIO_AT_MOST,
        limit=1 / 50,
        compared_with="spawn `true` and read its output",
    ),
    _at_most("icon: renders and host calls for 10,000 unchanged snapshots", "calls", 0),
    _at_most("a day of samples: memory grown", "MB", 1.0),
    _at_most("a day of samples: descriptors and threads grown", "of them", 0),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    samples = _nvml_samples(folder)
    spawns = [_spawn() for _ in range(REPETITIONS)]
    memory, handles, seconds = _day()
    return (
        measured(TARGETS[0], samples, notes=["real pynvml over a fake library, worker and all"]),
        measured(
            TARGETS[1],
            samples,
            spawns,
            notes=["the cheapest process there is; nvidia-smi itself loads a driver, too"],
        ),
        measured(TARGETS[2], [_calls_for_nothing_new()]),
        measured(
            TARGETS[3], [memory], notes=[f"{DAY:,} samples from reader to icon in {seconds:.0f} s"]
        ),
        measured(TARGETS[4], [handles]),
    )


def _nvml_samples(folder: Path) -> list[float]:
    """Milliseconds of CPU for a sample, several times."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        raise NotMeasured("the fake NVML library needs Linux and a C compiler")
    state = folder / "state"
    state.write_text("count=1", "ascii")
    probe = Probe(build_library(Path(compiler), folder), state)
    try:
        probe.gpus()
        return [1000 * float(probe.ask(f"cost {READINGS}")) for _ in range(REPETITIONS)]
    finally:
        probe.close()


def _spawn() -> float:
    """Milliseconds of CPU, ours and the child's."""
    begun, ours = _children(), time.process_time()
    for _ in range(SPAWNS):
        subprocess.run(["true"], capture_output=True, check=True)
    return 1000 * (_children() - begun + time.process_time() - ours) / SPAWNS


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _calls_for_nothing_new() -> int:
    card = GpuMetrics(index=0, name="GPU", load_percent=40.0, vram_used=3, vram_total=8)
    state = ModelState(phase=ServerPhase.READY, metrics=ServerMetrics(gpus=(card,)))
    host = FakeHost()
    icon = TrayIcon(host, FakeActions(), Broadcast(state).subscribe(), lambda _: None, lambda: 0.0)
    icon.show(state)
    host.calls.clear()
    for revision in range(10_000):
        icon.show(state.model_copy(update={"revision": revision}))
    return len(host.calls)


def _day() -> tuple[float, int, float]:
    """Megabytes, and descriptors and threads, that a day leaves; the seconds it took."""
    replay = Replay()
    try:
        replay.run(WARM_UP)
        before, begun = Footprint.now(), time.monotonic()
        replay.run(DAY)
        after = Footprint.now()
    finally:
        replay.close()
    handles = max(0, after.files - before.files) + max(0, after.threads - before.threads)
    return (after.rss - before.rss) / 1e6, handles, time.monotonic() - begun
