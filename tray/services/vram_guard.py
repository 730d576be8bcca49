"""Pure: when the model makes room for another program, and when there is room again.

The guard acts on growth of others only, so a model that fills the card by itself
stays. It never loads a model: it offers to, once, and the user decides.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from tray.models.metrics import FreedMemory, GpuMetrics
from tray.models.settings import VramGuardSettings
from tray.models.state import ModelState, ServerPhase

MIB = 2**20
GROWTH = 64 * MIB
BLIND_GROWTH = 256 * MIB
"""How much more counts as another program's: more where its share must be guessed,
since an engine grows a little while it answers."""
LOW_SAMPLES = 3
ROOMY_SAMPLES = 10
QUIET_PERCENT = 25.0
"""Percent of a core below which an engine is not answering anybody, us or others."""

_Share = tuple[int, bool]
"""A GPU's index, and whether the engine's share of it is known."""


class GuardAct(StrEnum):
    UNLOAD = "unload"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class VramGuard:
    """What the guard remembers from one sample to the next.

    ``others`` is what other programs held when run ``run`` became ready, with
    and without knowing the engine's share; ``needed`` is what the unloaded model
    held. ``low`` and ``roomy`` count samples in a row.
    """

    run: int = 0
    others: tuple[tuple[_Share, int], ...] = ()
    low: int = 0
    needed: tuple[tuple[int, int], ...] = ()
    roomy: int = 0


Looked = tuple[VramGuard, GuardAct | None]


def look(guard: VramGuard, state: ModelState, settings: VramGuardSettings) -> Looked:
    """Judge one sample; call it once a sample, not with every snapshot."""
    gpus = state.metrics.gpus if state.metrics else None
    if not settings.enabled:
        return VramGuard(), None
    if state.phase is ServerPhase.READY:
        return _watch_loaded(guard, state, gpus or (), settings.free_mark)
    if state.phase is ServerPhase.STOPPED and guard.needed:
        return _watch_for_room(guard, gpus or (), settings.free_mark)
    if state.phase in (ServerPhase.STARTING, ServerPhase.FAILED):
        return VramGuard(), None
    return replace(guard, low=0), None


def after_unload(freed: FreedMemory) -> VramGuard:
    """The guard waits until what was given back is free again."""
    return VramGuard(needed=tuple((gpu.index, gpu.vram) for gpu in freed.gpus if gpu.vram))


def mark_bytes(free_mark: str, total: int) -> int:
    """The mark ("5 %", "512 MiB") on a GPU of ``total`` bytes."""
    amount, unit = free_mark.split(" ")
    return total * int(amount) // 100 if unit == "%" else int(amount) * MIB


def _watch_loaded(
    guard: VramGuard, state: ModelState, gpus: tuple[GpuMetrics, ...], mark: str
) -> Looked:
    if guard.run != state.run:
        guard = VramGuard(run=state.run)
    found = {_share(gpu): held for gpu in gpus if (held := _others(gpu)) is not None}
    known = found | dict(guard.others)
    guard = replace(guard, others=tuple(sorted(known.items())))
    pressed = any(_is_pressed(gpu, known.get(_share(gpu)), mark) for gpu in gpus)
    if not pressed or not _is_quiet(state):
        return replace(guard, low=0), None
    low = guard.low + 1
    return replace(guard, low=low), GuardAct.UNLOAD if low == LOW_SAMPLES else None


def _is_quiet(state: ModelState) -> bool:
    """Nobody is being answered, as far as can be known; not known is not quiet."""
    cpu = state.metrics.engine_cpu_percent if state.metrics else None
    return state.active_chats == 0 and cpu is not None and cpu < QUIET_PERCENT


def _is_pressed(gpu: GpuMetrics, others_then: int | None, mark: str) -> bool:
    others, free = _others(gpu), _free(gpu)
    if others is None or others_then is None or free is None or gpu.vram_total is None:
        return False
    if gpu.engine_vram is not None and gpu.engine_vram < GROWTH:
        return False
    growth = BLIND_GROWTH if gpu.engine_vram is None else GROWTH
    return free < mark_bytes(mark, gpu.vram_total) and others - others_then >= growth


def _watch_for_room(guard: VramGuard, gpus: tuple[GpuMetrics, ...], mark: str) -> Looked:
    by_index = {gpu.index: gpu for gpu in gpus}
    if not all(_fits(by_index.get(index), held, mark) for index, held in guard.needed):
        return replace(guard, roomy=0), None
    if guard.roomy + 1 < ROOMY_SAMPLES:
        return replace(guard, roomy=guard.roomy + 1), None
    return VramGuard(), GuardAct.OFFER


def _fits(gpu: GpuMetrics | None, held: int, mark: str) -> bool:
    free = None if gpu is None else _free(gpu)
    if gpu is None or free is None or gpu.vram_total is None:
        return False
    return free >= held + mark_bytes(mark, gpu.vram_total)


def _share(gpu: GpuMetrics) -> _Share:
    return gpu.index, gpu.engine_vram is not None


def _others(gpu: GpuMetrics) -> int | None:
    """Bytes other programs hold; with an unknown share of ours, bytes in use."""
    return None if gpu.vram_used is None else gpu.vram_used - (gpu.engine_vram or 0)


def _free(gpu: GpuMetrics) -> int | None:
    if gpu.vram_used is None or gpu.vram_total is None:
        return None
    return gpu.vram_total - gpu.vram_used
