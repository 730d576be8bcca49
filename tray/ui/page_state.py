"""Pure: the snapshot and the models found -> all the page shows around the chat."""

from tray.models.catalog import FoundModel
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.page import Meter, ModelChoice, PageAction, PageState
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.ui import amounts, present
from tray.ui.actions import actions_of
from tray.ui.sampling_words import images_note, sampling_words

DEMO = "demo"
"""What StartRequest calls the demo model."""

_DEMO_SUGGESTIONS = (
    "What can Paddock do?",
    "How do I add my own model?",
    "How do I use my GPU?",
)
_SUGGESTIONS = (
    "Explain how a hash table works, with a short example",
    "Write a friendly reply that declines a meeting",
    "What should I know before I travel to Japan?",
)
_CAN_START = (ServerPhase.STOPPED, ServerPhase.FAILED, ServerPhase.BACKOFF)
_CAN_STOP = (ServerPhase.STARTING, ServerPhase.READY, ServerPhase.BACKOFF)


def page_state(state: ModelState, models: tuple[FoundModel, ...], model: ModelId) -> PageState:
    """What the page shows; ``model`` runs, or is the one a plain Start would run."""
    return PageState(
        phase=state.phase,
        stalled=state.stalled,
        falls_back=present.falls_back(state),
        words=present.phase_word(state),
        line=present.state_line(state),
        model=model_value(model),
        models=_choices(models, model),
        meters=_meters(state.metrics) if state.metrics else (),
        metrics=present.metrics_lines(state.metrics) if state.metrics else (),
        can_start=state.phase in _CAN_START,
        can_stop=state.phase in _CAN_STOP,
        actions=_actions(state),
        failure=state.failure,
        hint=present.notice(state),
        suggestions=_DEMO_SUGGESTIONS if model.path is None else _SUGGESTIONS,
        sampling=sampling_words(state.sampling),
        images_note=images_note(state),
    )


def model_value(model: ModelId) -> str:
    """What StartRequest takes for this model."""
    return DEMO if model.path is None else str(model.path)


def _actions(state: ModelState) -> tuple[PageAction, ...]:
    return tuple(
        PageAction(intent=action.intent.value, label=action.label) for action in actions_of(state)
    )


def _choices(found: tuple[FoundModel, ...], current: ModelId) -> tuple[ModelChoice, ...]:
    """The demo model, every model found, and the current one wherever it lies."""
    choices = [
        ModelChoice(value=DEMO, name=present.model_name(ModelId(name=DEMO)), note="built in")
    ]
    choices += [
        ModelChoice(value=str(model.path), name=model.name, note=amounts.size(model.size))
        for model in found
    ]
    value = model_value(current)
    if all(choice.value != value for choice in choices):
        choices.append(ModelChoice(value=value, name=current.name, note=""))
    return tuple(choices)


def _meters(metrics: ServerMetrics) -> tuple[Meter, ...]:
    """GPU and VRAM of each GPU, or CPU and RAM where there is none."""
    if metrics.gpus is None:
        return (_load("GPU", None),)
    if metrics.gpus:
        several, main = len(metrics.gpus) > 1, metrics.engine_gpu
        return tuple(
            meter.model_copy(update={"main": gpu is main})
            for gpu in metrics.gpus
            for meter in _gpu_meters(gpu, several)
        )
    return (
        _load("CPU", metrics.cpu_percent),
        _memory("RAM", metrics.ram_used, metrics.ram_total),
    )


def _gpu_meters(gpu: GpuMetrics, several: bool) -> tuple[Meter, Meter]:
    number = f" {gpu.index}" if several else ""
    return (
        _load(f"GPU{number}", gpu.load_percent),
        _memory(f"VRAM{number}", gpu.vram_used, gpu.vram_total),
    )


def _load(name: str, percent: float | None) -> Meter:
    text = present.percent(percent)
    return Meter(name=name, percent=percent, text=text, short=text)


def _memory(name: str, used: int | None, total: int | None) -> Meter:
    percent = 100 * used / total if used is not None and total else None
    text = present.share(used, total)
    return Meter(name=name, percent=percent, text=text, short=present.percent(percent))
