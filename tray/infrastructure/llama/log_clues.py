"""Pure: lines of llama.cpp's log that say why an engine ended (texts of b11434)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec

MIB = 1024 * 1024


@dataclass(frozen=True)
class Clue:
    """A cause in words, and whether starting again could help."""

    cause: FailureCause
    title: str
    detail: str
    retryable: bool = False


Telling = Callable[[re.Match[str], LaunchSpec], Clue]


def find_clue(lines: Sequence[str], spec: LaunchSpec) -> Clue | None:
    """The first rule that any line fits, most telling rules first."""
    for pattern, tell in RULES:
        for line in lines:
            match = pattern.search(line)
            if match:
                return tell(match, spec)
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


def _architecture(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The engine does not know this model",
        f"{spec.model.name} has the {match[1]}, which this llama.cpp cannot run. "
        "Update the engine or choose another model.",
    )


def _version(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model needs another engine",
        f"{spec.model.name}: {match[1]}. Update the engine, or get the model in a newer format.",
    )


def _memory(match: re.Match[str], spec: LaunchSpec) -> Clue:
    amount = _amount(match)
    wanted = f"It asked for {amount} that" if amount else "It asked for more memory than"
    ending = "the device does not have" if amount else "there is"
    return Clue(
        FailureCause.MODEL_TOO_LARGE,
        "Not enough memory for the model",
        f"{spec.model.name} does not fit. {wanted} {ending}. Choose a smaller model, a smaller "
        "server.context_size, or fewer server.gpu_layers.",
    )


def _amount(match: re.Match[str]) -> str | None:
    groups = match.groupdict()
    if groups.get("mib"):
        return f"{float(groups['mib']):,.0f} MiB"
    if groups.get("bytes"):
        return f"{int(groups['bytes']) / MIB:,.0f} MiB"
    return None


def _gpu(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.GPU_BACKEND_FAILED,
        "The GPU failed",
        f"The engine reported: {match[0].strip()}. A newer GPU driver, fewer server.gpu_layers, "
        "or server.engine = bundled (the CPU) may help.",
        retryable=True,
    )


def _flash_attention(_match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.BAD_CONFIGURATION,
        "The cache type needs flash attention",
        "This model cannot use flash attention with a quantized V cache. Set server.cache_type_v "
        "to f16.",
    )


def _unreadable(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNREADABLE,
        "The model cannot be read",
        f"{match[1]}: {match[2]}. Check the file, its permissions and the disk.",
    )


def _corrupt(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_CORRUPT,
        "The model file is damaged or incomplete",
        f"{spec.model.path or spec.model.name}: {match[1]}. Download or copy it again.",
    )


def _not_loaded(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model could not be loaded",
        f"{spec.model.path or spec.model.name}: {match[1]}. Try another model or a newer engine.",
    )


def _unexplained(_match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model could not be loaded",
        f"The engine gave up loading {spec.model.path or spec.model.name}; its last lines tell "
        "more. Try another model or a newer engine.",
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
    _rule(r"(unknown model architecture: '[^']*')", _architecture),
    _rule(r"(unknown pre-tokenizer type: '[^']*')", _architecture),
    _rule(r"(this GGUF file is version \d+ but .+)", _version),
    _rule(r"(GGUFv1 is no longer supported)", _version),
    _rule(r"allocating (?P<mib>[\d.]+) MiB on device .*out of memory", _memory),
    _rule(r"failed to allocate .*buffer of size (?P<bytes>\d+)", _memory),
    _rule(r"Device memory allocation of size (?P<bytes>\d+) failed", _memory),
    _rule(r"std::bad_alloc|out of memory|ErrorOutOf\w+Memory|unable to allocate", _memory),
    _rule(r"failed to allocate (compute|KV|memory)", _memory),
    _rule(r"quantized V cache requires flash_attn|V cache quantization requires", _flash_attention),
    _rule(r"((CUDA|ROCm|HIP|SYCL|MUSA) error.*|vk::\w+Error.*|ErrorDeviceLost.*)", _gpu),
    _rule(r"(ggml_metal\w*: error.*|ggml_vulkan: .*[Ee]rror.*)", _gpu),
    _rule(r"failed to open GGUF file '(.+)' \((.+)\)", _unreadable),
    _rule(
        r"error loading model: (.*(not within the file bounds|corrupted or incomplete).*)", _corrupt
    ),
    _rule(r"gguf_init_from_\w+: (failed to read .*|invalid magic .*)", _corrupt),
    _rule(r"gguf_init_from_\w+: (tensor '.*|key .*|duplicate .*|number of .*)", _corrupt),
    _rule(r"error loading model: (.*tensor '.*' not found.*|missing tensor .*)", _corrupt),
    _rule(r"error loading model: (.*key not found in model.*|.*wrong (shape|number).*)", _corrupt),
    _rule(r"error loading model: (.+)", _not_loaded),
    _rule(r"exiting due to model loading error", _unexplained),
)
