"""Pure: what a projector beside a model takes, where it is used."""

from tray.models.config import FlashAttention, LlamaCppConfig
from tray.services.memory_arguments import memory_arguments
from tray.services.memory_formula import Memory, Split

ALLOWANCE = 128 << 20
ALLOWANCE_WITHOUT_FLASH = 1152 << 20
"""Bytes to look at a picture of 896 x 896 pixels; docs/fit.md has what was measured."""


def with_projector(split: Split, config: LlamaCppConfig, size: int | None, gpus: bool) -> Split:
    """``split`` and the projector of ``size`` bytes, which goes on the GPU where there is one."""
    extra = memory_arguments(config.extra_arguments)
    if not size or extra.projector_unused:
        return split
    plain = config.flash_attention is FlashAttention.OFF
    compute = ALLOWANCE_WITHOUT_FLASH if plain else ALLOWANCE
    if gpus and not extra.projector_off_gpu:
        return split._replace(gpu=_more(split.gpu, size, compute))
    return split._replace(host=_more(split.host, size, compute))


def _more(memory: Memory, weights: int, compute: int) -> Memory:
    return memory._replace(weights=memory.weights + weights, compute=memory.compute + compute)
