"""Pure: whether a model fits, by formula, and no more; the list asks it of thousands.

What the devices would hold is in fit_plan, which goes by the same rules.
"""

from collections.abc import Callable

from tray.models.config import LlamaCppConfig
from tray.models.fit_mark import MARGIN, Fit
from tray.models.model_shape import ModelShape
from tray.models.room import Machine, Room
from tray.services.memory_arguments import memory_arguments
from tray.services.memory_formula import Memory, Split, all_layers, split_of
from tray.services.projector_memory import with_projector

SMALLEST_CONTEXT = 4096
"""llama.cpp shrinks a context that nobody chose down to this, not further."""
_MIB = 1 << 20

Needs = Callable[[int], Split]
"""What so many layers on GPUs need there and in the computer's memory."""


def margin_of(config: LlamaCppConfig) -> int:
    """Bytes that this launch leaves free on each device."""
    return MARGIN if config.margin is None else config.margin * _MIB


def quick_verdict(
    shape: ModelShape,
    config: LlamaCppConfig,
    trained: int | None,
    machine: Machine,
    projector: int | None = None,
) -> Fit:
    """What an estimate of this launch says; ``trained`` is the model's own context.

    ``projector`` is the size of the file that lies beside the model, if one does. A context
    that nobody chose is the trained one, or as small as the engine makes it.
    """
    context = config.context_size or trained
    if config.gpu_layers == 0:
        machine = Machine(gpus=(), ram=machine.ram)
    if context is None or not_counted(config, machine) is not None:
        return Fit.UNKNOWN

    def verdict(context: int) -> Fit:
        return _verdict(shape, config, context, machine, projector)

    found = verdict(context)
    if config.context_size is None and not is_left(found, config, machine) and trained is not None:
        return verdict(min(SMALLEST_CONTEXT, trained))
    return found


def not_counted(config: LlamaCppConfig, machine: Machine) -> str | None:
    """The argument that decides what lies on which GPU, and that the formula does not know."""
    return memory_arguments(config.extra_arguments).not_counted if machine.gpus else None


def least_memory(
    shape: ModelShape, config: LlamaCppConfig, trained: int | None, projector: int | None = None
) -> int | None:
    """Bytes this launch takes wherever it goes, in the context that the engine can go down to."""
    context = config.context_size or min(SMALLEST_CONTEXT, trained or SMALLEST_CONTEXT)
    whole = split_of(shape, config, context, 0)
    memory = with_projector(whole, config, projector, gpus=False).host
    return None if memory.cache is None else memory.weights + memory.cache + memory.compute


def is_best(verdict: Fit, machine: Machine) -> bool:
    """All of it where it is fastest: on the GPUs, or in memory where there are none."""
    return verdict is (Fit.GPU if machine.gpus else Fit.MEMORY)


def is_left(verdict: Fit, config: LlamaCppConfig, machine: Machine) -> bool:
    """Whether the engine leaves a context that nobody chose as the model was trained.

    With GPU layers that were chosen it asks only whether those fit.
    """
    if machine.gpus and config.gpu_layers != "auto":
        return verdict in (Fit.GPU, Fit.PARTLY)
    return is_best(verdict, machine)


def _verdict(
    shape: ModelShape,
    config: LlamaCppConfig,
    context: int,
    machine: Machine,
    projector: int | None,
) -> Fit:
    every, margin = all_layers(shape), margin_of(config)
    wanted = None if config.gpu_layers == "auto" else config.gpu_layers

    def needs(layers: int) -> Split:
        split = split_of(shape, config, context, layers)
        return with_projector(split, config, projector, bool(machine.gpus))

    layers = moved_layers(machine, needs, every, wanted, margin)
    return verdict_of(machine, needs(layers), layers, every, margin)


def moved_layers(
    machine: Machine, needs: Needs, every: int, wanted: int | None, margin: int
) -> int:
    """How many layers go on the GPUs: ``wanted``, or as many of ``every`` as fit."""
    if not machine.gpus:
        return 0
    if wanted is not None:
        return min(wanted, every)
    most = most_layers(machine, needs, every, margin)
    return every if most is None else most


def verdict_of(machine: Machine, split: Split, layers: int, every: int, margin: int) -> Fit:
    """What is said of a model that is split like this."""
    on_gpus = fits_gpus(machine, split.gpu, margin) if layers else True
    in_memory = _fits(machine.ram, split.host, 0 if machine.gpus else margin)
    if on_gpus is None or in_memory is None:
        return Fit.UNKNOWN
    if not on_gpus or not in_memory:
        return Fit.NOT
    if layers >= every:
        return Fit.GPU
    return Fit.PARTLY if layers else Fit.MEMORY


def most_layers(machine: Machine, needs: Needs, every: int, margin: int) -> int | None:
    """How many layers go on the GPUs; ``None`` when that cannot be known."""
    if fits_gpus(machine, needs(every).gpu, margin):
        return every
    low, high = 0, every - 1
    while low < high:
        middle = (low + high + 1) // 2
        fits = fits_gpus(machine, needs(middle).gpu, margin)
        if fits is None:
            return None
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


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
