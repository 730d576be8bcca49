"""Pure: what is free on the devices an engine would use."""

from collections.abc import Sequence

from tray.models.fit import EngineGpu
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.room import Machine, Room

RAM = "RAM"
SHARES = 0.9
"""A reader that sees less than this of what the engine counts on sees a part of it."""


def room_on(gpus: Sequence[EngineGpu], metrics: ServerMetrics | None) -> Machine:
    """The devices with what is free without a model of ours.

    The engine's list was made once; what the GPU readers measure is newer, so it
    is taken where both mean the same GPU: by name and order, or because there is
    one of each.
    """
    measured = list((metrics.gpus if metrics else None) or ())
    rooms = []
    for gpu in gpus:
        found = next((seen for seen in measured if _same(gpu, seen)), None)
        if found is None and len(gpus) == len(measured) == 1:
            found = measured[0]
        if found is not None:
            measured.remove(found)
        rooms.append(_room(gpu, found))
    return Machine(gpus=tuple(rooms), ram=_ram(metrics))


def _same(gpu: EngineGpu, seen: GpuMetrics) -> bool:
    return gpu.name.casefold() == seen.name.casefold()


def _room(gpu: EngineGpu, seen: GpuMetrics | None) -> Room:
    if seen is None or seen.vram_used is None or seen.vram_total is None:
        return Room(name=gpu.name, free=gpu.free, total=gpu.total)
    if gpu.total is not None and seen.vram_total < SHARES * gpu.total:
        # The driver tells what is this GPU's alone, the engine uses the computer's memory, too.
        return Room(name=gpu.name, free=gpu.free, total=gpu.total)
    free = seen.vram_total - seen.vram_used + (seen.engine_vram or 0)
    return Room(name=gpu.name, free=min(free, seen.vram_total), total=seen.vram_total)


def _ram(metrics: ServerMetrics | None) -> Room:
    if metrics is None:
        return Room(name=RAM, free=None, total=None)
    return Room(name=RAM, free=metrics.ram_for_next, total=metrics.ram_total)
