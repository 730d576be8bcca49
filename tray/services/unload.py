"""Takes the model out of memory and says what that gave back."""

from collections.abc import Callable
from concurrent.futures import Future

from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.metrics import FreedGpu, FreedMemory, GpuMetrics, ServerMetrics
from tray.models.state import ModelState, ServerPhase
from tray.services.llama.broadcast import Subscription
from tray.services.llama.service import LlamaCppService

LOADED = frozenset({ServerPhase.STARTING, ServerPhase.READY})
_LOOKS = 8
_LOOK_SECONDS = 0.5


def unload(server: LlamaCppService) -> FreedMemory:
    """Stop the engine and compare; takes a second or two, four at most after the stop.

    Raises PaddockError (NOT_RUNNING) when nothing is loaded.
    """
    found = _unload(server, server.stop)
    if found is None:
        raise PaddockError(_nothing_loaded())
    return found


def unload_if_idle(server: LlamaCppService) -> FreedMemory | None:
    """The same, but ``None`` and nothing done where nothing is loaded or it answers."""
    return _unload(server, server.stop_unless_answering)


def _unload(
    server: LlamaCppService, stop: Callable[[], "Future[ModelState]"]
) -> FreedMemory | None:
    before = server.state
    if before.phase not in LOADED:
        return None
    states = server.subscribe()
    try:
        stopped = stop().result()
        if stopped.phase in LOADED:
            return None
        after = _once_given_back(before, stopped, states)
    finally:
        states.close()
    return freed(before.metrics, after.metrics)


def freed(before: ServerMetrics | None, after: ServerMetrics | None) -> FreedMemory:
    """What the engine held is back; where nobody told how much, the difference is."""
    if before is None:
        return FreedMemory()
    now = {gpu.index: gpu for gpu in (after.gpus if after else None) or ()}
    return FreedMemory(
        gpus=tuple(
            FreedGpu(index=gpu.index, name=gpu.name, vram=_came_back(gpu, now.get(gpu.index)))
            for gpu in before.gpus or ()
        ),
        ram=before.engine_ram,
    )


def _came_back(before: GpuMetrics, after: GpuMetrics | None) -> int | None:
    if before.engine_vram is not None:
        return before.engine_vram
    if after is None or before.vram_used is None or after.vram_used is None:
        return None
    # Another program may have taken more meanwhile: then nobody knows.
    return before.vram_used - after.vram_used if after.vram_used < before.vram_used else None


def _once_given_back(before: ModelState, stopped: ModelState, states: Subscription) -> ModelState:
    """A driver gives memory back a moment after the process is gone."""
    latest = stopped
    for _ in range(_LOOKS):
        found = freed(before.metrics, latest.metrics)
        if all(gpu.vram is not None for gpu in found.gpus):
            break
        latest = states.get(_LOOK_SECONDS) or latest
    return latest


def _nothing_loaded() -> ServerFailure:
    return ServerFailure(
        cause=FailureCause.NOT_RUNNING,
        title="No model is loaded",
        detail="There is no memory to give back.",
    )
