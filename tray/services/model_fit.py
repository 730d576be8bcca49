"""Would a model fit? Joins what its file says, what the engine sees and what is free."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tray.models.catalog import ModelFacts
from tray.models.config import LlamaCppConfig
from tray.models.failure import PaddockError
from tray.models.fit import EngineGpu, FitEstimate, FitRequest, FitSource, Measured
from tray.models.fit_mark import Fit
from tray.models.metrics import ServerMetrics
from tray.models.model_shape import ModelShape
from tray.models.room import Machine
from tray.services.fit_measured import measured_split
from tray.services.fit_plan import Plan, best_plan, largest_context, plan
from tray.services.fit_room import room_on
from tray.services.fit_verdict import (
    SMALLEST_CONTEXT,
    is_best,
    is_left,
    margin_of,
    not_counted,
    quick_verdict,
)
from tray.services.memory_formula import ERROR_PERCENT, Split, all_layers, split_of
from tray.services.projector_memory import with_projector


class Facts(Protocol):
    """What the fit must know. Any thread may call; failures are PaddockError."""

    def of(self, path: Path | None) -> ModelFacts:
        """What a model's file says (the demo model's for ``None``); soon, once it was read."""

    def projector(self, path: Path | None) -> int | None:
        """Bytes of the projector beside a model's file; ``None`` without one."""

    def gpus(self, config: LlamaCppConfig) -> tuple[EngineGpu, ...]:
        """The GPUs that the engine of this launch would use."""

    def measured(
        self, config: LlamaCppConfig, context: int, gpu_layers: int
    ) -> tuple[Measured, ...] | None:
        """What the engine's own estimator says; ``None`` where there is none."""


@dataclass(frozen=True)
class _Question:
    """One model in one context on this machine."""

    config: LlamaCppConfig
    shape: ModelShape
    machine: Machine
    margin: int
    projector: int | None

    def best(self, context: int) -> Plan:
        layers = self.config.gpu_layers
        return best_plan(
            self.machine,
            lambda moved: self.whole(split_of(self.shape, self.config, context, moved)),
            all_layers(self.shape),
            None if layers == "auto" else layers,
            self.margin,
        )

    def whole(self, split: Split) -> Split:
        """With the projector, if there is one."""
        return with_projector(split, self.config, self.projector, bool(self.machine.gpus))

    def fits_well(self, context: int) -> bool | None:
        """Wholly where it is fastest: on the GPUs, or in memory where there are none."""
        return is_best(self.best(context).verdict, self.machine)

    def is_left(self, context: int) -> bool:
        """Whether the engine takes this context where nobody chose one."""
        return is_left(self.best(context).verdict, self.config, self.machine)


class ModelFit:
    """``resolve`` gives the launch a request means, ``metrics`` what is in use now.

    Any thread may call.
    """

    def __init__(
        self,
        facts: Facts,
        resolve: Callable[[FitRequest], LlamaCppConfig],
        metrics: Callable[[], ServerMetrics | None],
    ) -> None:
        self._facts = facts
        self._resolve = resolve
        self._metrics = metrics

    def estimate(self, request: FitRequest) -> FitEstimate:
        """For one model and context. Raises PaddockError for a model that is not there."""
        config = self._resolve(request)
        facts = self._facts.of(config.model_path)
        margin = margin_of(config) if request.margin is None else request.margin
        return self._judged(config, facts, margin, exact=request.exact)

    def verdict(
        self, config: LlamaCppConfig, facts: ModelFacts, projector: int | None = None
    ) -> Fit:
        """The same by formula for a launch and files that are known already."""
        machine = self.machine(config)
        if facts.shape is None:
            return Fit.UNKNOWN
        return quick_verdict(facts.shape, config, facts.context, machine, projector)

    def machine(self, config: LlamaCppConfig) -> Machine:
        """What is free where the engine of this launch would put a model; may take seconds."""
        return room_on(self._gpus(config)[0], self._metrics())

    def _judged(
        self, config: LlamaCppConfig, facts: ModelFacts, margin: int, *, exact: bool
    ) -> FitEstimate:
        gpus, reason = self._gpus(config)
        blank = FitEstimate(
            model="demo" if config.model_path is None else str(config.model_path),
            verdict=Fit.UNKNOWN,
            context=config.context_size or facts.context,
            trained_context=facts.context,
            margin=margin,
            reason=reason,
        )
        machine = room_on(gpus, self._metrics())
        if facts.shape is None or blank.context is None:
            return blank.model_copy(update={"reason": reason or _nothing_known(facts)})
        beside = self._facts.projector(config.model_path)
        question = _Question(config, facts.shape, machine, margin, beside)
        estimate = _by_formula(question, blank, facts)
        return self._by_engine(question, estimate) if exact else estimate

    def _gpus(self, config: LlamaCppConfig) -> tuple[tuple[EngineGpu, ...], str | None]:
        try:
            return (() if config.gpu_layers == 0 else self._facts.gpus(config)), None
        except PaddockError as error:
            return (), f"{error.failure.title}. {error.failure.detail}"

    def _by_engine(self, question: _Question, estimate: FitEstimate) -> FitEstimate:
        """The same with the figures of the engine's estimator, as far as it has any."""
        context, every = estimate.context, all_layers(question.shape)
        if context is None:
            return estimate
        layers = question.config.gpu_layers
        tried = [every if layers == "auto" else min(layers, every)]
        if estimate.gpu_layers is not None and question.machine.gpus:
            tried.append(estimate.gpu_layers)
        for moved in dict.fromkeys(tried if question.machine.gpus else [0]):
            lines = self._facts.measured(question.config, context, moved)
            if lines is None:
                return estimate
            split = measured_split(lines, question.shape, question.config, context)
            found = plan(question.machine, question.whole(split), moved, every, question.margin)
            estimate = estimate.model_copy(
                update={
                    "verdict": found.verdict,
                    "gpu_layers": found.layers if question.machine.gpus else None,
                    "devices": found.devices,
                    "source": FitSource.ENGINE,
                    "error_percent": ERROR_PERCENT,
                    "reason": None,
                }
            )
            if found.verdict is not Fit.NOT:
                break
        return estimate


def _by_formula(question: _Question, blank: FitEstimate, facts: ModelFacts) -> FitEstimate:
    trained = facts.context or SMALLEST_CONTEXT
    largest = largest_context(question.fits_well, trained)
    context = blank.context or trained
    if question.config.context_size is None and not question.is_left(context):
        # Nobody chose it, so the engine makes it smaller.
        left = largest_context(question.is_left, trained)
        context = max(left or 0, min(SMALLEST_CONTEXT, trained))
    found = question.best(context)
    reason = _not_counted(question, facts)
    split_unknown = not_counted(question.config, question.machine) is not None
    return blank.model_copy(
        update={
            "verdict": found.verdict if reason is None else Fit.UNKNOWN,
            "context": context,
            "largest_context": largest if reason is None else None,
            "layers": all_layers(question.shape),
            "gpu_layers": found.layers if question.machine.gpus else None,
            "error_percent": ERROR_PERCENT if reason is None else None,
            "devices": () if split_unknown else found.devices,
            "reason": reason or blank.reason,
        }
    )


def _not_counted(question: _Question, facts: ModelFacts) -> str | None:
    """Why the formula says nothing, as a sentence."""
    if question.shape.caches is None:
        return f"The KV cache of {facts.architecture} is not known before it is loaded."
    if argument := not_counted(question.config, question.machine):
        return f"Only llama-fit-params beside the engine knows what {argument} does."
    return None


def _nothing_known(facts: ModelFacts) -> str:
    if facts.problem is not None:
        return f"The file tells nothing: {facts.problem}."
    return "The file does not say enough about the model."
