"""Start to READY, against spawning the same command line and asking /health."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.bare_engine import bare_engine
from tests.bench.engines import BUNDLED, executable_config, resolved
from tests.bench.figures import Comparison, Figure, Target, measured
from tests.engine.engine_setup import WAIT, running_service, started
from tray.models.config import LlamaCppConfig

REPETITIONS = 15


def _target(engine: str) -> Target:
    return Target(
        name=f"start to READY, {engine}",
        unit="ms",
        comparison=Comparison.DIFFERENCE_AT_MOST,
        limit=80,
        compared_with="bare spawn to /health 200",
    )


TARGETS = (_target("bundled"), _target("llama-server"))


def measure(folder: Path) -> tuple[Figure, ...]:
    """Each engine in turn, ours and bare by turns."""
    executable = executable_config()
    missing = Figure(target=TARGETS[1], not_measured="no llama-server here; .ci/run builds one")
    return (
        _figure(TARGETS[0], BUNDLED, folder),
        missing if executable is None else _figure(TARGETS[1], executable, folder),
    )


def _figure(target: Target, config: LlamaCppConfig, folder: Path) -> Figure:
    ours, bare = [], []
    with running_service(folder) as service:
        for _ in range(REPETITIONS + 1):
            begun = time.perf_counter()
            started(service, config)
            ours.append((time.perf_counter() - begun) * 1000)
            service.stop().result(WAIT)
            with bare_engine(resolved(config, folder)) as engine:
                bare.append(engine.ready_after * 1000)
    # Without the first, which brought both into the system's cache.
    return measured(target, ours[1:], bare[1:])
