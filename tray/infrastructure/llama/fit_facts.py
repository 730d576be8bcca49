"""What a fit must know of this machine: files, engines, and the engine's estimator."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

from tray.infrastructure.llama.discovery.devices import used_gpus
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.infrastructure.llama.fit_params import ask_estimator, estimator_beside
from tray.infrastructure.llama.launch.projector_file import projector_beside, projector_size
from tray.infrastructure.model_files.file_stamp import Stamp, stamp_of
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.model_files.name import part_paths
from tray.models.catalog import ModelFacts
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.fit import EngineGpu, Measured
from tray.models.state import EngineInfo

MOST_REMEMBERED = 64
AGAIN_SECONDS = 60.0
"""A file that could not be read is left alone so long: trying may take 20 s."""
Key = TypeVar("Key")
Value = TypeVar("Value")


class _Known(NamedTuple):
    """What was read of a model's file at ``since``, in seconds of the clock."""

    file: Path
    stamp: Stamp
    facts: ModelFacts
    since: float


class FitFacts:
    """Remembers what was asked last, so that a slider need not wait. Any thread may call.

    ``locate`` gives the file of a model (``None`` is the demo model), checked;
    ``environment`` is the estimator's whole environment, ``now`` a clock in seconds.
    """

    def __init__(
        self,
        locate: Callable[[Path | None], Path],
        index: ModelIndex,
        finder: EngineFinder,
        environment: Mapping[str, str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._locate = locate
        self._index = index
        self._finder = finder
        self._environment = environment
        self._now = now
        self._lock = Lock()
        self._facts: OrderedDict[Path | None, _Known] = OrderedDict()
        self._measured: OrderedDict[object, tuple[Measured, ...]] = OrderedDict()

    def of(self, path: Path | None) -> ModelFacts:
        return self._known(path).facts

    def projector(self, path: Path | None) -> int | None:
        return projector_size(projector_beside(self._known(path).file))

    def gpus(self, config: LlamaCppConfig) -> tuple[EngineGpu, ...]:
        engine = self._finder.choose(config)
        return tuple(
            EngineGpu(
                name=device.description,
                total=device.memory_total or None,
                free=device.memory_free if device.memory_total else None,
            )
            for device in used_gpus(self._finder.devices(engine))
        )

    def measured(
        self, config: LlamaCppConfig, context: int, gpu_layers: int
    ) -> tuple[Measured, ...] | None:
        tool = self._estimator(self._finder.choose(config))
        if tool is None:
            return None
        file, stamp, *_ = self._known(config.model_path)
        asked = config.model_copy(
            update={"context_size": context, "gpu_layers": gpu_layers, "margin": None}
        )
        key = (tool, file, stamp, asked)
        with self._lock:
            if key in self._measured:
                return self._measured[key]
        found = ask_estimator(tool, file, asked, self._environment)
        if found is not None:
            with self._lock:
                _remember(self._measured, key, found)
        return found

    def _estimator(self, engine: EngineInfo) -> Path | None:
        bundled = engine.kind is EngineKind.BUNDLED or engine.path is None
        return None if bundled or engine.path is None else estimator_beside(engine.path)

    def _known(self, path: Path | None) -> _Known:
        with self._lock:
            entry = self._facts.get(path)
            if entry is not None and self._holds(entry):
                return entry
            file = self._locate(path)
            parts = part_paths(file)
            stamp, facts = stamp_of(parts), self._index.facts_of_one(parts)
            entry = _Known(file, stamp, facts, self._now())
            _remember(self._facts, path, entry)
            return entry

    def _holds(self, known: _Known) -> bool:
        if known.facts.may_pass and self._now() - known.since >= AGAIN_SECONDS:
            return False
        return stamp_of(part_paths(known.file)) == known.stamp


def _remember(known: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > MOST_REMEMBERED:
        known.popitem(last=False)
