"""How far off a fit estimate is, and what it costs while a slider moves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests import fit_models
from tests.bench.figures import Comparison, Figure, Target, measured
from tests.loaded_engine import loaded
from tests.requirements import need_llama_server
from tray.composition.fitting import fit_parts
from tray.composition.presets import kept_presets
from tray.infrastructure.folders import Folders
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.fit import FitRequest, FitSource
from tray.models.metrics import ServerMetrics
from tray.ui.fit_desk import FitParts

MADE = (
    fit_models.dense,
    fit_models.windowed,
    fit_models.experts,
    fit_models.recurrent,
    fit_models.hybrid,
    fit_models.latent,
)
CONTEXTS = (4096, 16384)
MOVES = 200


def _off(name: str) -> Target:
    return Target(name=name, unit="%", comparison=Comparison.VALUE_AT_MOST, limit=10.0)


TARGETS = (
    _off("fit by formula, off the engine's buffers"),
    _off("fit by the engine's estimator, off its buffers"),
    _off("fit by formula, off the process's memory"),
    Target(
        name="one answer while a slider moves",
        unit="ms",
        comparison=Comparison.VALUE_AT_MOST,
        limit=20.0,
    ),
)


def measure(folder: Path) -> tuple[Figure, ...]:
    """Each figure but the last is the worst model's; every one is in the notes."""
    errors: list[list[float]] = [[], [], []]
    notes = [list[str](), list[str](), list[str]()]
    program = _program(folder)
    for model, context in _cases(folder):
        config = _config(model, context)
        parts = _parts(folder, config)
        taken = loaded(model, config, folder)
        formula, engine = _estimated(parts, exact=False), _estimated(parts, exact=True)
        compared = (
            (formula, taken.buffers),
            (engine, taken.buffers),
            (formula, taken.process - program),
        )
        for number, (said, real) in enumerate(compared):
            off = 100 * abs(said - real) / real
            errors[number].append(off)
            notes[number].append(f"{model.stem} {context}: {said >> 20} of {real >> 20} MiB")
    worst = [measured(TARGETS[n], [max(errors[n])], notes=notes[n]) for n in range(3)]
    return (*worst, measured(TARGETS[3], _moves(folder)))


def _cases(folder: Path) -> Iterator[tuple[Path, int]]:
    for make in MADE:
        model = fit_models.write(folder / "models" / f"{make.__name__}.gguf", make())
        for context in CONTEXTS:
            yield model, context


def _program(folder: Path) -> int:
    """What the engine's own program takes, with next to no model."""
    small = fit_models.write(folder / "small.gguf", fit_models.dense(layers=1, vocabulary=300))
    config = _config(small, 1024)
    return loaded(small, config, folder).process - _estimated(_parts(folder, config), exact=False)


def _moves(folder: Path) -> list[float]:
    parts = _parts(folder, _config(folder / "models" / "windowed.gguf", 4096))
    times = []
    for number in range(MOVES):
        began = time.perf_counter()
        parts.fit.estimate(FitRequest(context=1024 + 256 * number))
        times.append((time.perf_counter() - began) * 1000)
    return times


def _config(model: Path, context: int) -> LlamaCppConfig:
    return LlamaCppConfig(
        engine=EngineKind.EXECUTABLE,
        executable=need_llama_server(),
        model_path=model,
        context_size=context,
        threads=1,
    )


def _parts(folder: Path, config: LlamaCppConfig) -> FitParts:
    folders = Folders.under(folder / "paddock")
    folder.joinpath("paddock").mkdir(exist_ok=True)
    folders.make()
    metrics = ServerMetrics(ram_used=1 << 30, ram_total=16 << 30)
    return fit_parts(folders, kept_presets(folders), lambda _: config, lambda: metrics)


def _estimated(parts: FitParts, *, exact: bool) -> int:
    estimate = parts.fit.estimate(FitRequest(exact=exact))
    assert estimate.source is (FitSource.ENGINE if exact else FitSource.FORMULA)
    return sum(device.needed or 0 for device in estimate.devices)
