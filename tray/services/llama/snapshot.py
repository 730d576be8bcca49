"""What the outside sees of the actor's state."""

from tray.models.failure import ServerFailure
from tray.models.metrics import ServerMetrics
from tray.models.state import EngineInfo, ModelId, ModelState, ServerPhase
from tray.services.llama.lifecycle_state import Lifecycle
from tray.services.llama.stall import suspended
from tray.services.model_choice import DEMO


def snapshot_of(state: Lifecycle, revision: int) -> ModelState:
    """The published snapshot of a state. The API key never enters it."""
    spec, ready = state.spec, state.ready
    return ModelState(
        revision=revision,
        run=state.run,
        phase=state.phase,
        stalled=state.stalled or state.paused,
        engine=_engine_of(state),
        model=_model_of(state),
        port=spec.port if spec and state.has_process else None,
        pid=state.pid if state.has_process else None,
        context_size=ready.context_size if ready else None,
        sampling=ready.sampling if ready else None,
        sees_images=ready.sees_images if ready else False,
        launch=spec.display if spec else None,
        active_chats=len(state.chats),
        retry_delay=state.retry_delay,
        failure=_failure_of(state),
        metrics=_metrics_of(state),
    )


def _model_of(state: Lifecycle) -> ModelId | None:
    """What is started, or could not be: it is known as it was asked for until it is prepared."""
    if state.spec is not None:
        return state.spec.model
    if state.config is None or state.phase not in (ServerPhase.STARTING, ServerPhase.FAILED):
        return None
    path = state.config.model_path
    return ModelId(name=DEMO if path is None else path.stem, path=path)


def _engine_of(state: Lifecycle) -> EngineInfo | None:
    """The engine as it was chosen, corrected by what it turned out to do."""
    if state.spec is None or state.ready is None:
        return state.spec.engine if state.spec else None
    seen = {"device": state.ready.device, "cpu_fallback": state.ready.cpu_fallback}
    found = {name: value for name, value in seen.items() if value is not None}
    return state.spec.engine.model_copy(update=found) if found else state.spec.engine


def _failure_of(state: Lifecycle) -> ServerFailure | None:
    """Why it ended, or what keeps it from answering."""
    if state.paused:
        return suspended(state.pid)
    return state.stall if state.stalled else state.failure


def _metrics_of(state: Lifecycle) -> ServerMetrics | None:
    """The last sample; what it says of the engine ends with the engine.

    Its speed is that of the answers that come, else that of the last one.
    """
    if state.metrics is None:
        return None
    if not state.has_process:
        gone = ("engine_cpu_percent", "engine_rss", "engine_ram", "tokens_per_second")
        return state.metrics.model_copy(update=dict.fromkeys(gone))
    if state.metrics.tokens_per_second is not None and state.chats:
        return state.metrics
    return state.metrics.model_copy(update={"tokens_per_second": state.tokens_per_second})
