"""Pure: what a projector beside a model takes, where it is used."""

from dataclasses import replace

from tray.models.config import LlamaCppConfig
from tray.services.memory_formula import Memory, Split

ALLOWANCE = 256 << 20
"""Bytes to look at one picture; docs/fit.md has what was measured."""
_UNUSED = ("--no-mmproj", "--no-mmproj-auto")
_KEPT_OFF_GPU = "--no-mmproj-offload"


def with_projector(split: Split, config: LlamaCppConfig, size: int | None, gpus: bool) -> Split:
    """``split`` and the projector of ``size`` bytes, which goes on the GPU where there is one."""
    if not size or any(name in config.extra_arguments for name in _UNUSED):
        return split
    if gpus and _KEPT_OFF_GPU not in config.extra_arguments:
        return replace(split, gpu=_more(split.gpu, size))
    return replace(split, host=_more(split.host, size))


def _more(memory: Memory, size: int) -> Memory:
    return replace(memory, weights=memory.weights + size, compute=memory.compute + ALLOWANCE)
