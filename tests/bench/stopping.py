"""Stop to STOPPED: idle against a bare SIGTERM, and while a foreign client reads."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.bare_engine import bare_engine
from tests.bench.engines import BUNDLED, executable_config, resolved
from tests.bench.figures import Comparison, Figure, NotMeasured, Target, measured
from tests.bench.foreign_client import foreign_client
from tests.bench.reciter import CONTEXT, write_reciter
from tests.engine.engine_setup import WAIT, running_service, started
from tray.models.config import LlamaCppConfig
from tray.models.launch import LaunchSpec
from tray.models.state import Connection
from tray.services.llama.service import LlamaCppService

IDLE_REPETITIONS = 15
READ_REPETITIONS = 5
PATIENCE = 3.0
REST = 0.3
"""Seconds READY before the stop: idle, not just loaded."""
MOST_DEAF = 5

TARGETS = (
    Target(
        name="stop, idle",
        unit="ms",
        comparison=Comparison.DIFFERENCE_AT_MOST,
        limit=50,
        compared_with="bare SIGTERM to exit",
    ),
    Target(
        name="stop, foreign client reading",
        unit="s",
        comparison=Comparison.VALUE_AT_MOST,
        limit=1.5,
    ),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """On a llama-server if there is one: the bundled engine dies of any SIGTERM."""
    config = executable_config() or BUNDLED
    with running_service(folder) as service:
        return _idle(service, config, folder), _read(service, config, folder)


def _idle(service: LlamaCppService, config: LlamaCppConfig, folder: Path) -> Figure:
    ours, bare, deaf = list[float](), list[float](), 0
    while len(ours) < IDLE_REPETITIONS:
        started(service, config)
        time.sleep(REST)
        mine = _stopped(service)
        with bare_engine(resolved(config, folder)) as engine:
            time.sleep(REST)
            other = engine.end(PATIENCE)
        if other is None:
            deaf += 1
            if deaf > MOST_DEAF:
                raise NotMeasured("the bare engine does not hear SIGTERM")
            continue
        ours.append(mine * 1000)
        bare.append(other * 1000)
    notes = [f"engine: {config.engine}"]
    if deaf:
        notes.append(f"left out: {deaf} times the bare engine was alive {PATIENCE:g} s later")
    return measured(TARGETS[0], ours, bare, notes)


def _read(service: LlamaCppService, config: LlamaCppConfig, folder: Path) -> Figure:
    model = write_reciter(folder / "reciter.gguf")
    long = config.model_copy(update={"model_path": model, "context_size": CONTEXT})
    ours, survived = [], 0
    for _ in range(READ_REPETITIONS):
        started(service, long)
        with foreign_client(service.connection()):
            ours.append(_stopped(service))
        spec = resolved(long, folder)
        with bare_engine(spec) as engine, foreign_client(_connection(spec)):
            survived += engine.end(PATIENCE) is None
            engine.kill()
    notes = f"bare SIGTERM: {survived} of {READ_REPETITIONS} engines alive after {PATIENCE:g} s"
    return measured(TARGETS[1], ours, notes=[notes])


def _connection(spec: LaunchSpec) -> Connection:
    return Connection(base_url=spec.base_url, api_key=spec.api_key)


def _stopped(service: LlamaCppService) -> float:
    begun = time.perf_counter()
    service.stop().result(WAIT)
    return time.perf_counter() - begun
