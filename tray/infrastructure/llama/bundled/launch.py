"""Pure: LlamaCppConfig -> BundledSettings, or a refusal of what it cannot honour."""

from pathlib import Path

from tray.infrastructure.llama.bundled.settings import BundledSettings
from tray.infrastructure.llama.failures.refusal import refusal
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause


def bundled_settings(
    config: LlamaCppConfig, *, model: Path, alias: str, port: int, projector: Path | None = None
) -> BundledSettings:
    """The effective settings of the bundled engine; PaddockError for the impossible."""
    check_bundled_can(config)
    return BundledSettings(
        model=str(model),
        alias=alias,
        port=port,
        projector=None if projector is None else str(projector),
        context_size=config.context_size,
        threads=config.threads,
        batch_size=config.batch_size,
        micro_batch_size=config.micro_batch_size,
        flash_attention=config.flash_attention.value,
        cache_type_k=config.cache_type_k.value,
        cache_type_v=config.cache_type_v.value,
        margin=config.margin,
        parallel_slots=config.parallel_slots,
        idle_unload=config.idle_unload,
    )


def check_bundled_can(config: LlamaCppConfig) -> None:
    """Refuse what the wheel cannot do: it has no argument parser and no GPU."""
    if config.extra_arguments:
        raise refusal(
            FailureCause.BAD_CONFIGURATION,
            "The bundled engine takes no extra arguments",
            "server.extra_arguments needs a llama-server program: install one or name it in "
            "server.executable and set server.engine to executable; or remove the arguments "
            f"({' '.join(config.extra_arguments)}).",
        )
    if config.gpu_layers not in ("auto", 0):
        raise refusal(
            FailureCause.BAD_CONFIGURATION,
            "The bundled engine has no GPU support",
            f"server.gpu_layers is {config.gpu_layers}, but the bundled engine computes on the "
            "CPU. Set it to auto or 0, or use a GPU build of llama-server.",
        )
