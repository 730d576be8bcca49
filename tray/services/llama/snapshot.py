"""What the outside sees of the actor's state."""

from tray.models.metrics import ServerMetrics
from tray.models.state import ModelState
from tray.services.llama.lifecycle import Lifecycle


def snapshot_of(state: Lifecycle, revision: int) -> ModelState:
    """The published snapshot of a state. The API key never enters it."""
    spec, ready = state.spec, state.ready
    engine = spec.engine if spec else None
    if engine is not None and ready is not None and ready.device is not None:
        engine = engine.model_copy(update={"device": ready.device})
    return ModelState(
        revision=revision,
        run=state.run,
        phase=state.phase,
        stalled=state.stalled,
        engine=engine,
        model=spec.model if spec else None,
        port=spec.port if spec and state.has_process else None,
        pid=state.pid if state.has_process else None,
        context_size=ready.context_size if ready else None,
        launch=spec.display if spec else None,
        active_chats=len(state.chats),
        retry_delay=state.retry_delay,
        failure=state.failure,
        metrics=_metrics_of(state),
    )


def _metrics_of(state: Lifecycle) -> ServerMetrics | None:
    """The last sample; what it says of the engine ends with the engine."""
    if state.metrics is None:
        return None
    if not state.has_process:
        gone = {"engine_cpu_percent": None, "engine_rss": None, "tokens_per_second": None}
        return state.metrics.model_copy(update=gone)
    return state.metrics.model_copy(update={"tokens_per_second": state.tokens_per_second})
