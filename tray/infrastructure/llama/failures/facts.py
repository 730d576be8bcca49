"""Adds to a failure what only this machine knows now: who holds a port, how much is free."""

import re
from collections.abc import Sequence

import psutil

from tray.infrastructure.llama.launch.free_port import port_holder
from tray.infrastructure.model_files.name import part_paths
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import LaunchSpec

GIB = 1 << 30
# What --fit expects, as b11434 and builds before it print it.
PROJECTION = re.compile(
    r"projected to use (\d+) MiB of (\w+) memory vs\. (?:a total of )?(\d+) MiB(?: of (\w+))?"
)


def with_facts(failure: ServerFailure, lines: Sequence[str], spec: LaunchSpec) -> ServerFailure:
    """The same failure with its numbers or names; ``lines`` are the engine's own."""
    match failure.cause:
        case FailureCause.PORT_TAKEN:
            holder = port_holder(spec.port)
            fact = None if holder is None else f"{holder} listens there."
        case FailureCause.MODEL_TOO_LARGE | FailureCause.KILLED_FOR_MEMORY:
            fact = " ".join((*_projection(lines), *_sizes(spec)))
        case _:
            return failure
    return failure.model_copy(update={"detail": f"{failure.detail} {fact}"}) if fact else failure


def _projection(lines: Sequence[str]) -> list[str]:
    """What the engine itself expected to need, in the last such line."""
    found = [match for line in lines if (match := PROJECTION.search(line))]
    if not found:
        return []
    needed, device, amount, kind = found[-1].groups()
    ending = "free" if kind == "free" else "there in all"
    return [
        f"The engine expected to need {needed} MiB of {device} memory; {amount} MiB are {ending}."
    ]


def _sizes(spec: LaunchSpec) -> list[str]:
    memory = psutil.virtual_memory()
    free = f"{memory.available / GIB:.1f} of {memory.total / GIB:.1f} GiB of memory are free now."
    size = _file_size(spec)
    return [free] if size is None else [f"The model's file has {size / GIB:.1f} GiB;", free]


def _file_size(spec: LaunchSpec) -> int | None:
    if spec.model.path is None:
        return None
    try:
        return sum(part.stat().st_size for part in part_paths(spec.model.path))
    except OSError:
        return None
