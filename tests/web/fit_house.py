"""The real estimate and the real presets over one GPU and one shape of a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.unit.test_fit_plan import EIGHT_B
from tests.web.model_house import ModelHouse
from tray.composition.fitting import fit_parts
from tray.composition.presets import kept_presets
from tray.models.catalog import ModelFacts
from tray.models.config import LlamaCppConfig
from tray.models.fit import EngineGpu, FitRequest, Measured
from tray.services.model_fit import ModelFit
from tray.services.paddock import Paddock
from tray.ui.fit_desk import FitParts

GIB = 2**30


class ScriptedFacts:
    """Every model is one of 8 billion weights; the engine sees one GPU of 12 GiB."""

    def of(self, path: Path | None) -> ModelFacts:
        return ModelFacts(architecture="llama", context=131072, shape=EIGHT_B)

    def projector(self, path: Path | None) -> int | None:
        return None

    def gpus(self, config: LlamaCppConfig) -> tuple[EngineGpu, ...]:
        return (EngineGpu(name="NVIDIA GeForce RTX 4070", total=12 * GIB, free=11 * GIB),)

    def measured(
        self, config: LlamaCppConfig, context: int, gpu_layers: int
    ) -> tuple[Measured, ...] | None:
        return None


def fit_house(house: ModelHouse, paddock: Paddock) -> FitParts:
    presets = kept_presets(house.folders)
    paddock.use_presets(presets.applied_to, presets.begun)
    real = fit_parts(house.folders, presets, paddock.configured, lambda: paddock.state().metrics)

    def resolved(request: FitRequest) -> LlamaCppConfig:
        config = presets.applied_to(paddock.configured(request.model))
        wanted = config.context_size if request.context is None else request.context
        return config.model_copy(update={"context_size": wanted})

    fit = ModelFit(ScriptedFacts(), resolved, lambda: paddock.state().metrics)
    return replace(real, fit=fit)
