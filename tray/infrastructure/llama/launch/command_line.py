"""Pure: LlamaCppConfig -> argv of a ``llama-server`` executable (flags of b11434)."""

import shlex
from pathlib import Path

from tray.infrastructure.llama.launch.extra_arguments import checked_arguments
from tray.infrastructure.llama.launch.powershell import powershell_line
from tray.models.config import FlashAttention, KvCacheType, LlamaCppConfig

# One above the engine's own default; the next one would log every token.
TELLS_BUFFERS = "4"
NO_PROJECTOR = frozenset(("--no-mmproj", "--no-mmproj-auto"))
MEMORY_VALUES = frozenset(
    (
        "--override-tensor",
        "--n-cpu-moe",
        "--n-cpu-ffn",
        "--split-mode",
        "--tensor-split",
        "--main-gpu",
        "--device",
        "--load-mode",
        "--override-kv",
    )
)
MEMORY_SWITCHES = frozenset(
    (
        "--swa-full",
        "--no-kv-offload",
        "--no-repack",
        "--no-host",
        "--cpu-moe",
        "--no-op-offload",
        "--kv-unified",
        "--no-kv-unified",
    )
)


def executable_argv(
    config: LlamaCppConfig,
    *,
    executable: Path,
    model: Path,
    alias: str,
    port: int,
    projector: Path | None = None,
    tells_buffers: bool = False,
) -> tuple[str, ...]:
    """The whole command line, without the key (that goes by the environment).

    ``projector`` lets the model see images, unless the extra arguments forbid it.
    ``tells_buffers`` makes its log say where the model's layers lie. Values left to
    the engine are left out, so its ``--fit`` may choose them. What Paddock manages
    comes last, because the later of two arguments wins. Raises PaddockError for a
    refused extra argument.
    """
    extra = checked_arguments(config.extra_arguments)
    sees = projector is not None and not NO_PROJECTOR & set(extra)
    return (
        str(executable),
        *_tuning(config),
        *(("--verbosity", TELLS_BUFFERS) if tells_buffers else ()),
        *extra,
        *(("--mmproj", str(projector)) if sees else ()),
        *_managed(model, alias, port),
    )


def memory_arguments(config: LlamaCppConfig) -> tuple[str, ...]:
    """Those that decide memory and that llama.cpp's other programs know, too."""
    extra = checked_arguments(config.extra_arguments)
    kept: list[str] = []
    for position, name in enumerate(extra):
        if name in MEMORY_VALUES:
            kept += extra[position : position + 2]
        elif name in MEMORY_SWITCHES:
            kept.append(name)
    return (*_tuning(config.model_copy(update={"idle_unload": None, "margin": None})), *kept)


def command_display(argv: tuple[str, ...], system: str) -> str:
    """The command line as one could paste it into a shell of ``system``; PowerShell of Windows."""
    return powershell_line(argv) if system == "win32" else " ".join(map(_shell_word, argv))


def _shell_word(text: str) -> str:
    """For bash, zsh and their kin. What commands a terminal, or does not show, is written out."""
    if all(map(_shows, text)):
        return shlex.quote(text)
    return "$'" + "".join(map(_written_out, text)) + "'"


def _shows(letter: str) -> bool:
    return letter.isprintable() or letter in "\n\t"


def _written_out(letter: str) -> str:
    if letter in "\\'":
        return f"\\{letter}"
    if _shows(letter):
        return letter
    return "".join(f"\\x{byte:02x}" for byte in letter.encode(errors="surrogateescape"))


def _tuning(config: LlamaCppConfig) -> list[str]:
    values: dict[str, int | str | None] = {
        "--ctx-size": config.context_size,
        "--n-gpu-layers": None if config.gpu_layers == "auto" else config.gpu_layers,
        "--threads": config.threads,
        "--batch-size": config.batch_size,
        "--ubatch-size": config.micro_batch_size,
        "--flash-attn": _unless(config.flash_attention, FlashAttention.AUTO),
        "--cache-type-k": _unless(config.cache_type_k, KvCacheType.F16),
        "--cache-type-v": _unless(config.cache_type_v, KvCacheType.F16),
        "--fit-target": config.margin,
        "--parallel": config.parallel_slots,
        "--sleep-idle-seconds": config.idle_unload,
    }
    return [
        text for flag, value in values.items() if value is not None for text in (flag, str(value))
    ]


def _managed(model: Path, alias: str, port: int) -> list[str]:
    flags = ["--model", str(model), "--alias", alias, "--host", "127.0.0.1", "--port", str(port)]
    return [*flags, "--cors-origins", "localhost", "--no-ui", "--offline", "--log-colors", "off"]


def _unless(value: str, default: str) -> str | None:
    return None if value == default else value
