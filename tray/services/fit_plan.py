"""Pure: how a model lies on the devices there are, and what that is called."""

from collections.abc import Callable
from dataclasses import dataclass

from tray.models.fit import DeviceFit
from tray.models.fit_mark import Fit
from tray.models.room import Machine, Room
from tray.services.fit_verdict import Needs, moved_layers, verdict_of
from tray.services.memory_formula import Memory, Split

_STEP = 256


@dataclass(frozen=True)
class Plan:
    """So many layers on GPUs (the output is one), and what each device then holds."""

    verdict: Fit
    layers: int | None
    devices: tuple[DeviceFit, ...]


def best_plan(machine: Machine, needs: Needs, every: int, wanted: int | None, margin: int) -> Plan:
    """The plan with ``wanted`` layers on GPUs, or with as many of ``every`` as go there.

    On each GPU, and in memory where there is none, ``margin`` bytes stay free.
    """
    layers = moved_layers(machine, needs, every, wanted, margin)
    return plan(machine, needs(layers), layers, every, margin)


def plan(machine: Machine, split: Split, layers: int, every: int, margin: int) -> Plan:
    """What is said of a model that is split like this."""
    devices = (*_shares(machine, split.gpu), _device(machine.ram, split.host, is_gpu=False))
    return Plan(verdict_of(machine, split, layers, every, margin), layers, devices)


def largest_context(fits: Callable[[int], bool | None], most: int) -> int | None:
    """The largest whole context that fits, ``most`` at most; ``None`` if none does."""
    if fits(most):
        return most
    low, high = 0, most // _STEP
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle * _STEP) else (low, middle - 1)
    return low * _STEP or None


def _shares(machine: Machine, needed: Memory) -> tuple[DeviceFit, ...]:
    """llama.cpp splits by free memory."""
    free = [room.free or 0 for room in machine.gpus]
    total = sum(free)
    parts = [amount / total if total else 1 / len(free) for amount in free]
    return tuple(
        _device(
            room,
            Memory(
                weights=round(needed.weights * part),
                cache=None if needed.cache is None else round(needed.cache * part),
                compute=needed.compute,
            ),
            is_gpu=True,
        )
        for room, part in zip(machine.gpus, parts, strict=True)
    )


def _device(room: Room, needed: Memory, *, is_gpu: bool) -> DeviceFit:
    return DeviceFit(
        name=room.name,
        is_gpu=is_gpu,
        weights=needed.weights,
        cache=needed.cache,
        compute=needed.compute,
        free=room.free,
        total=room.total,
    )
