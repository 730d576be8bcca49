"""What to start: the launch configuration of one llama.cpp server."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from tray.models.base import Frozen

Positive = Annotated[int, Field(ge=1)]
Mebibytes = Annotated[int, Field(ge=0, lt=1 << 20)]


class EngineKind(StrEnum):
    """Which llama.cpp server runs the model."""

    AUTO = "auto"
    BUNDLED = "bundled"
    EXECUTABLE = "executable"


class FlashAttention(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


class KvCacheType(StrEnum):
    """Data types llama.cpp accepts for the K and V halves of the KV cache."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    Q8_0 = "q8_0"
    Q4_0 = "q4_0"
    Q4_1 = "q4_1"
    IQ4_NL = "iq4_nl"
    Q5_0 = "q5_0"
    Q5_1 = "q5_1"


class LlamaCppConfig(Frozen):
    """Everything that decides how one server is launched.

    ``None`` leaves the choice to the engine; sizes are in tokens, times in
    seconds, ``margin`` (what stays free on each device) in MiB.
    ``model_path`` of ``None`` means the built-in demo model.
    """

    engine: EngineKind = EngineKind.AUTO
    executable: Path | None = None
    model_path: Path | None = None
    alias: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    context_size: Annotated[int, Field(ge=64)] | None = None
    gpu_layers: Literal["auto"] | Annotated[int, Field(ge=0)] = "auto"
    threads: Positive | None = None
    batch_size: Positive | None = None
    micro_batch_size: Positive | None = None
    flash_attention: FlashAttention = FlashAttention.AUTO
    cache_type_k: KvCacheType = KvCacheType.F16
    cache_type_v: KvCacheType = KvCacheType.F16
    margin: Mebibytes | None = None
    parallel_slots: Positive = 1
    port: Annotated[int, Field(ge=1024, le=65535)] | None = None
    idle_unload: Positive | None = None
    extra_arguments: tuple[str, ...] = ()
