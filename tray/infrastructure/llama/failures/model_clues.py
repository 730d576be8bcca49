"""Pure: words for models that cannot be loaded; each takes the match and the launch."""

import re

from tray.infrastructure.llama.failures.clue import Clue
from tray.models.failure import FailureCause
from tray.models.launch import LaunchSpec

MIB = 1024 * 1024


def tell_architecture(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The engine does not know this model",
        f"{spec.model.name} has the {match[1]}, which this llama.cpp cannot run. "
        "Update the engine or choose another model.",
    )


def tell_version(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model needs another engine",
        f"{spec.model.name}: {match[1]}. Update the engine, or get the model in a newer format.",
    )


def tell_data_type(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model has an unknown data type",
        f"{spec.model.path or spec.model.name}: {match[1]}. The file is damaged, or it needs a "
        "newer engine.",
    )


def tell_memory(match: re.Match[str], spec: LaunchSpec) -> Clue:
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


def tell_flash_attention(_match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.BAD_CONFIGURATION,
        "The cache type needs flash attention",
        "This model cannot use flash attention with a quantized V cache. Set server.cache_type_v "
        "to f16.",
    )


def tell_unreadable(match: re.Match[str], _spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNREADABLE,
        "The model cannot be read",
        f"{match[1]}: {match[2]}. Check the file, its permissions and the disk.",
    )


def tell_corrupt(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_CORRUPT,
        "The model file is damaged or incomplete",
        f"{spec.model.path or spec.model.name}: {match[1]}. Download or copy it again.",
    )


def tell_not_loaded(match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model could not be loaded",
        f"{spec.model.path or spec.model.name}: {match[1]}. Try another model or a newer engine.",
    )


def tell_unexplained(_match: re.Match[str], spec: LaunchSpec) -> Clue:
    return Clue(
        FailureCause.MODEL_UNSUPPORTED,
        "The model could not be loaded",
        f"The engine gave up loading {spec.model.path or spec.model.name}; its last lines tell "
        "more. Try another model or a newer engine.",
    )
