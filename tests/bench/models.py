"""What knowing many models costs: 2,000 GGUFs listed from the kept index."""

from __future__ import annotations

import time
from pathlib import Path

from tests.bench.figures import Comparison, Figure, Target, measured
from tests.gguf_files import write_gguf
from tray.infrastructure.llama.model_catalog import read_catalog
from tray.infrastructure.llama.model_index import ModelIndex
from tray.infrastructure.own_program import own_command

COUNT = 2000
REPETITIONS = 7

TARGETS = (
    Target(
        name="2,000 models listed, index kept",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=300.0,
    ),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """The listing itself, in one process; the first one fills the index."""
    models = folder / "models"
    models.mkdir()
    for number in range(COUNT):
        write_gguf(models / f"m{number}.gguf")
    _list(models, folder)
    times = []
    for _ in range(REPETITIONS):
        began = time.perf_counter()
        _list(models, folder)
        times.append((time.perf_counter() - began) * 1000)
    return (measured(TARGETS[0], times),)


def _list(models: Path, folder: Path) -> None:
    index = ModelIndex(folder / "models.json", own_command("model-reader"))
    assert len(read_catalog((models,), index).models) == COUNT
