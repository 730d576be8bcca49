"""Pure: lines of llama.cpp's log that say why an engine ended (texts of b11434)."""

import re
from collections.abc import Sequence

from tray.infrastructure.llama.failures.clue import Clue, Telling
from tray.infrastructure.llama.failures.model_clues import (
    tell_architecture,
    tell_corrupt,
    tell_data_type,
    tell_flash_attention,
    tell_memory,
    tell_not_loaded,
    tell_unexplained,
    tell_unreadable,
    tell_version,
)
from tray.infrastructure.llama.failures.projector_clues import tell_no_projector, tell_other_model
from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec


def find_clue(lines: Sequence[str], spec: LaunchSpec) -> tuple[Clue, int] | None:
    """The first rule that any line fits, most telling rules first, and the line's index."""
    for pattern, tell in RULES:
        for index, line in enumerate(lines):
            match = pattern.search(line)
            if match:
                return tell(match, spec), index
    return None


def _port(_match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.PORT_TAKEN,
        f"Port {spec.port} is taken",
        f"Another program took port {spec.port} first. Start again, choose another port, or "
        "remove the setting server.port for a free one.",
        retryable=True,
    )


def _library(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.LIBRARY_MISSING,
        "The engine lacks a library",
        f"{spec.argv[0]} needs {match[1]}, which was not found. Install the whole llama.cpp "
        "package, libraries included. LD_LIBRARY_PATH and its like are not passed on.",
    )


def _no_wheel(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.LIBRARY_MISSING,
        "The bundled engine cannot be loaded",
        f"xllamacpp: {match[1]}. Install Paddock again, or use a llama-server program.",
    )


def _argument(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.BAD_CONFIGURATION,
        "llama-server does not know an argument",
        f"It refused {match[1]}. Update llama.cpp (Paddock needs a build of 2026), or correct "
        "server.extra_arguments.",
    )


def _argument_value(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.BAD_CONFIGURATION,
        "llama-server refused a value",
        f"The value of {match[1]} cannot be used: {match[2]}. Correct it in the settings.",
    )


def _driver(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    said = match[0].strip().rstrip(".")
    return Clue(
        FailureCause.GPU_BACKEND_FAILED,
        "NVIDIA's driver is too old for this engine",
        f"The engine reported: {said}. It has no ready code for this GPU, and the "
        "driver cannot compile code of a newer CUDA than its own. Update the driver, or use "
        "the Vulkan build: paddock engines lists it.",
    )


def _gpu(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.GPU_BACKEND_FAILED,
        "The GPU failed",
        f"The engine reported: {match[0].strip()}. A newer GPU driver, fewer server.gpu_layers, "
        "or server.engine = bundled (the CPU) may help.",
        retryable=True,
    )


def _rule(pattern: str, tell: Telling) -> tuple[re.Pattern[str], Telling]:
    return re.compile(pattern), tell


RULES = (
    _rule(r"couldn't bind HTTP server socket", _port),
    _rule(r"error while loading shared libraries: ([^:]+):", _library),
    _rule(r"Library not loaded: (\S+)", _library),
    _rule(r"bundled engine: xllamacpp cannot be loaded: (.+)", _no_wheel),
    _rule(r"error: invalid argument: (\S+)", _argument),
    _rule(r"error while handling argument \"([^\"]+)\": (.+)", _argument_value),
    _rule(r"allocating (?P<mib>[\d.]+) MiB on device .*out of memory", tell_memory),
    _rule(r"failed to allocate .*buffer of size (?P<bytes>\d+)", tell_memory),
    _rule(r"Device memory allocation of size (?P<bytes>\d+) failed", tell_memory),
    _rule(r"std::bad_alloc|out of memory|ErrorOutOf\w+Memory|unable to allocate", tell_memory),
    _rule(r"failed to allocate (compute|KV|memory)", tell_memory),
    _rule(
        r"mismatch between text model \(n_embd = (\d+)\) and mmproj \(n_embd = (\d+)\)",
        tell_other_model,
    ),
    _rule(r"failed to load multimodal model", tell_no_projector),
    _rule(r"(unknown model architecture: '[^']*')", tell_architecture),
    _rule(r"(unknown pre-tokenizer type: '[^']*')", tell_architecture),
    _rule(r"(this GGUF file is version \d+ but .+)", tell_version),
    _rule(r"(GGUFv1 is no longer supported)", tell_version),
    _rule(r"gguf_init_from_\w+: (tensor '.*' has invalid ggml type \d+)", tell_data_type),
    _rule(
        r"quantized V cache requires flash_attn|V cache quantization requires", tell_flash_attention
    ),
    _rule(r"(failed to initialize (CUDA|ROCm|HIP|Vulkan|Metal|SYCL)\b.*)", _gpu),
    _rule(r"(error: (invalid device|unknown device).*)", _gpu),
    _rule(r"CUDA error.*PTX was compiled with an unsupported toolchain.*", _driver),
    _rule(r"((CUDA|ROCm|HIP|SYCL|MUSA) error.*|vk::\w+Error.*|ErrorDeviceLost.*)", _gpu),
    _rule(r"(ggml_metal\w*: error.*|ggml_vulkan: .*[Ee]rror.*)", _gpu),
    _rule(r"failed to open GGUF file '(.+)' \((.+)\)", tell_unreadable),
    _rule(
        r"error loading model: (.*(not within the file bounds|corrupted or incomplete).*)",
        tell_corrupt,
    ),
    _rule(r"gguf_init_from_\w+: (tensor '.*|key .*|duplicate .*|number of .*)", tell_corrupt),
    _rule(r"gguf_init_from_\w+: (failed to read .*|invalid magic .*)", tell_corrupt),
    _rule(r"error loading model: (.*tensor '.*' not found.*|missing tensor .*)", tell_corrupt),
    _rule(
        r"error loading model: (.*key not found in model.*|.*wrong (shape|number).*)", tell_corrupt
    ),
    _rule(r"error loading model: (.+)", tell_not_loaded),
    _rule(r"exiting due to model loading error", tell_unexplained),
)
