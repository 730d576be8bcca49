"""Pure: how a model lies on the devices there are, and what that is called."""

from collections.abc import Callable
from dataclasses import dataclass

from tray.models.fit import DeviceFit, FitVerdict
from tray.services.memory_formula import Memory, Split

RAM = "RAM"
_STEP = 256


@dataclass(frozen=True)
class Room:
    """One device; bytes free without a model of ours, ``None`` when not known."""

    name: str
    free: int | None
    total: int | None


@dataclass(frozen=True)
class Machine:
    """Every GPU the engine would use, and the computer's own memory."""

    gpus: tuple[Room, ...]
    ram: Room


@dataclass(frozen=True)
class Plan:
    """So many layers on GPUs (the output is one), and what each device then holds."""

    verdict: FitVerdict
    layers: int | None
    devices: tuple[DeviceFit, ...]


Needs = Callable[[int], Split]
"""What so many layers on GPUs need there and in the computer's memory."""


def best_plan(machine: Machine, needs: Needs, every: int, wanted: int | None, margin: int) -> Plan:
    """The plan with ``wanted`` layers on GPUs, or with as many of ``every`` as go there.

    On each GPU, and in memory where there is none, ``margin`` bytes stay free.
    """
    if not machine.gpus:
        return plan(machine, needs(0), 0, every, margin)
    if wanted is not None:
        return plan(machine, needs(min(wanted, every)), min(wanted, every), every, margin)
    most = most_layers(machine, needs, every, margin)
    if most is None:
        return plan(machine, needs(every), every, every, margin)
    return plan(machine, needs(most), most, every, margin)


def most_layers(machine: Machine, needs: Needs, every: int, margin: int) -> int | None:
    """How many layers go on the GPUs; ``None`` when that cannot be known."""
    low, high = 0, every
    while low < high:
        middle = (low + high + 1) // 2
        fits = fits_gpus(machine, needs(middle).gpu, margin)
        if fits is None:
            return None
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def plan(machine: Machine, split: Split, layers: int, every: int, margin: int) -> Plan:
    """What is said of a model that is split like this."""
    devices = (*_shares(machine, split.gpu), _device(machine.ram, split.host, is_gpu=False))
    on_gpus = fits_gpus(machine, split.gpu, margin) if layers else True
    in_memory = _fits(machine.ram, split.host, 0 if machine.gpus else margin)
    if on_gpus is None or in_memory is None:
        verdict = FitVerdict.UNKNOWN
    elif not on_gpus or not in_memory:
        verdict = FitVerdict.NOT
    elif layers >= every:
        verdict = FitVerdict.GPU
    else:
        verdict = FitVerdict.PARTLY if layers else FitVerdict.MEMORY
    return Plan(verdict, layers, devices)


def largest_context(fits: Callable[[int], bool | None], most: int) -> int | None:
    """The largest whole context that fits, ``most`` at most; ``None`` if none does."""
    if fits(most):
        return most
    low, high = 0, most // _STEP
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle * _STEP) else (low, middle - 1)
    return low * _STEP or None


def fits_gpus(machine: Machine, needed: Memory, margin: int) -> bool | None:
    """Whether the GPUs together hold it, each with a compute buffer of its own."""
    free = [room.free for room in machine.gpus]
    if needed.cache is None or any(amount is None for amount in free):
        return None
    usable = sum(max(0, (amount or 0) - margin - needed.compute) for amount in free)
    return needed.weights + needed.cache <= usable


def _fits(room: Room, needed: Memory, margin: int) -> bool | None:
    if needed.cache is None or room.free is None:
        return None
    return needed.weights + needed.cache + needed.compute <= room.free - margin


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
