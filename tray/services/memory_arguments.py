"""Pure: what extra arguments of llama-server change about where a model's memory lies."""

from functools import lru_cache
from typing import NamedTuple

_ALIASES = {"-nkvo": "--no-kv-offload", "-cmoe": "--cpu-moe", "-ncmoe": "--n-cpu-moe"} | {
    "-ncffn": "--n-cpu-ffn",
    "-ot": "--override-tensor",
    "-dev": "--device",
    "-sm": "--split-mode",
    "-ts": "--tensor-split",
    "-mg": "--main-gpu",
}
_NOT_COUNTED = (
    "--n-cpu-ffn",
    "--override-tensor",
    "--device",
    "--split-mode",
    "--tensor-split",
    "--main-gpu",
)
_EVERY_LAYER = 1 << 24


class MemoryArguments(NamedTuple):
    """``not_counted`` decides what lies on which GPU, and the formula does not know how.

    ``whole_windows``: layers with a sliding window keep everything. ``cache_off_gpu``: so
    does no GPU keep any cache. ``experts_off_gpu`` counts the first layers whose experts
    stay in the computer's memory.
    """

    whole_windows: bool = False
    cache_off_gpu: bool = False
    experts_off_gpu: int = 0
    projector_unused: bool = False
    projector_off_gpu: bool = False
    not_counted: str | None = None


@lru_cache(maxsize=64)
def memory_arguments(extra: tuple[str, ...]) -> MemoryArguments:
    """What these say, however they are spelled."""
    found = dict(_named(extra))
    return MemoryArguments(
        whole_windows="--swa-full" in found,
        cache_off_gpu="--no-kv-offload" in found,
        experts_off_gpu=_EVERY_LAYER if "--cpu-moe" in found else _count(found.get("--n-cpu-moe")),
        projector_unused="--no-mmproj" in found or "--no-mmproj-auto" in found,
        projector_off_gpu="--no-mmproj-offload" in found,
        not_counted=next((name for name in _NOT_COUNTED if name in found), None),
    )


def _named(extra: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each flag with what stands behind it."""
    found = []
    for argument, behind in zip(extra, (*extra, "")[1:], strict=True):
        name, equals, value = argument.partition("=")
        if name.startswith("--"):
            name = name.replace("_", "-")
        found.append((_ALIASES.get(name, name), value if equals else behind))
    return found


def _count(value: str | None) -> int:
    return min(int(value), _EVERY_LAYER) if value is not None and value.isdecimal() else 0
