"""Pure: does an engine that was given a GPU use it? Read from llama.cpp's own log.

Texts of b11434. Builds with RPC count layers as offloaded that stay in the
computer's memory, so the buffers decide and the count only when it is 0.
"""

import re
from collections.abc import Sequence

from tray.models.state import CpuFallback

LOADED = re.compile(r"load_tensors: +(\S+) model buffer size = +[\d.]+ MiB")
OFFLOADED = re.compile(r"load_tensors: offloaded (\d+)/(\d+) layers to GPU")
# Memory of the computer itself, under all the names it has there.
HOST_BUFFER = re.compile(r"^(CPU|AMX|BLAS)|_Host$", re.IGNORECASE)
TROUBLES = (
    re.compile(r"(failed to initialize (?:CUDA|ROCm|HIP|Vulkan|Metal|SYCL|OpenCL)\b.*)"),
    re.compile(r"(no (?:CUDA|ROCm|HIP)-capable device is detected.*)"),
    re.compile(r"(ggml_vulkan: No devices found.*)"),
    re.compile(
        r"\bload_backend: (failed to load \S*(?:cuda|hip|vulkan|sycl|opencl|musa|metal)\S*:.*)"
    ),
    re.compile(r"(no usable GPU found)"),
)
FIT = re.compile(r"common_\w*fit\w*: (failed to fit params to free device memory.*)")
KEPT_LINES = 5
ADVICE = (
    "Update the GPU's driver, or use a build of llama.cpp for it; fewer server.gpu_layers or a "
    "smaller model help where its memory is full. paddock doctor tells more."
)


def cpu_fallback(lines: Sequence[str]) -> CpuFallback | None:
    """Why the CPU works although the GPU was wanted; ``None`` if a log does not say so.

    ``lines`` are those of an engine that has loaded its model.
    """
    buffers = [match[1] for line in lines if (match := LOADED.search(line))]
    counts = [match for line in lines if (match := OFFLOADED.search(line))]
    if any(not HOST_BUFFER.search(name) for name in buffers):
        return None
    trouble = gpu_trouble(lines)
    if trouble is not None:
        return troubled(*trouble)
    if counts and (buffers or int(counts[-1][1]) == 0):
        line = counts[-1].string
        reason = "The engine loaded the whole model into the computer's memory"
        fit = next((match[1] for text in lines if (match := FIT.search(text))), None)
        because = f": {fit}." if fit else ": no layer was left to the GPU."
        return CpuFallback(reason=reason + because, advice=ADVICE, log_lines=(line,))
    return None


def troubled(words: str, log_lines: tuple[str, ...]) -> CpuFallback:
    """The fallback for what ``gpu_trouble`` found."""
    return CpuFallback(reason=f"The engine says: {words}.", advice=ADVICE, log_lines=log_lines)


def gpu_trouble(lines: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """What an engine says of a GPU it cannot use, and the lines that say it."""
    telling = [line for line in lines if any(rule.search(line) for rule in TROUBLES)]
    for rule in TROUBLES:
        for line in telling:
            match = rule.search(line)
            if match:
                return match[1].strip().rstrip("."), tuple(telling[:KEPT_LINES])
    return None
