"""Pure: values of a configuration that contradict each other for any engine."""

from tray.infrastructure.llama.failures.refusal import refusal
from tray.models.config import FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.models.state import EngineInfo

DEFAULT_BATCH = 2048
UNQUANTIZED = (KvCacheType.F32, KvCacheType.F16, KvCacheType.BF16)


def check_values(config: LlamaCppConfig) -> None:
    """Raise PaddockError for what llama.cpp would refuse late or silently change."""
    batch = config.batch_size or DEFAULT_BATCH
    if config.micro_batch_size is not None and config.micro_batch_size > batch:
        raise _contradiction(
            f"server.micro_batch_size ({config.micro_batch_size}) is larger than "
            f"server.batch_size ({batch}). Make it {batch} or less."
        )
    if config.flash_attention is FlashAttention.OFF and config.cache_type_v not in UNQUANTIZED:
        raise _contradiction(
            f"server.cache_type_v {config.cache_type_v.value} needs flash attention. Set "
            "server.flash_attention to auto or on, or server.cache_type_v to f16."
        )
    if config.alias is not None:
        _check_alias(config.alias)


def _check_alias(alias: str) -> None:
    if "," in alias or alias != alias.strip() or not alias.isprintable():
        raise _contradiction(
            f"server.alias is {alias!r}. It may hold no comma (llama-server takes that for "
            "several names), no control characters, and no space at its ends."
        )


def check_gpu_layers(config: LlamaCppConfig, engine: EngineInfo) -> None:
    """Refuse GPU layers where the chosen executable says it has no GPU, or cannot use it."""
    if config.gpu_layers in ("auto", 0) or engine.device != "CPU":
        return
    fallback = engine.cpu_fallback
    if fallback is not None:
        raise refusal(
            FailureCause.GPU_BACKEND_FAILED,
            "The GPU cannot be used",
            f"server.gpu_layers is {config.gpu_layers}. {fallback.reason} {fallback.advice} Or "
            "set server.gpu_layers to auto or 0.",
            fallback.log_lines,
        )
    raise _contradiction(
        f"server.gpu_layers is {config.gpu_layers}, but this llama-server reports no GPU. Set it "
        "to auto or 0, or use a build for your GPU."
    )


def _contradiction(detail: str) -> PaddockError:
    return refusal(FailureCause.BAD_CONFIGURATION, "The settings cannot be used together", detail)
