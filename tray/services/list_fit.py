"""Pure: whether the models of a list fit, each as a start would launch it."""

from collections.abc import Iterable
from pathlib import Path

from tray.models.catalog import DescribedModel, ModelFacts
from tray.models.config import LlamaCppConfig
from tray.models.fit_mark import Fit
from tray.models.room import Machine
from tray.services.fit_verdict import least_memory, quick_verdict
from tray.services.rough_fit import FreeMemory, rough_fit


class ListFit:
    """``config`` is the launch of a model, ``own`` those of models with a preset.

    ``machine`` is what is free for them; nothing is known of one that is ``None``.
    """

    def __init__(
        self, config: LlamaCppConfig, own: Iterable[LlamaCppConfig], machine: Machine | None
    ) -> None:
        self._config = config
        self._own = {str(launch.model_path): launch for launch in own}
        self._machine = machine
        self._free = _together(machine)

    def of(self, model: DescribedModel) -> Fit:
        """By the formula that the model's card goes by; by size while only that is known.

        Files that are no whole model go nowhere.
        """
        if model.facts.problem is not None and not model.facts.may_pass:
            return Fit.UNKNOWN
        shape = model.facts.shape
        if self._machine is None or shape is None or shape.caches is None:
            return rough_fit(model.size, self._free)
        config = self._own.get(str(model.path), self._config)
        trained, beside = model.facts.context, model.projector_size
        return quick_verdict(shape, config, trained, self._machine, beside)

    def needed(self, path: Path, facts: ModelFacts | None, projector: int | None) -> int | None:
        """Bytes of memory it takes at least; ``None`` where its file does not say."""
        if facts is None or facts.shape is None:
            return None
        config = self._own.get(str(path), self._config)
        return least_memory(facts.shape, config, facts.context, projector)


def _together(machine: Machine | None) -> FreeMemory:
    if machine is None:
        return FreeMemory(None, None)
    free = [gpu.free for gpu in machine.gpus]
    gpu = None if None in free else sum(amount or 0 for amount in free)
    return FreeMemory(gpu, machine.ram.free)
