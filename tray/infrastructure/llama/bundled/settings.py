"""What the bundled engine is told: the effective settings, as JSON on its argv.

Standard library only: the child reads this before it does anything else, and
loading pydantic there would delay every start by as long as loading the engine.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class BundledSettings:
    """Every value the child sets; ``None`` leaves it to the engine.

    Sizes in tokens, ``idle_unload`` in seconds, ``margin`` in MiB,
    ``flash_attention`` and the cache types spelled as in LlamaCppConfig. The API key
    is never among them.
    """

    model: str
    alias: str
    port: int
    projector: str | None = None
    context_size: int | None = None
    threads: int | None = None
    batch_size: int | None = None
    micro_batch_size: int | None = None
    flash_attention: str = "auto"
    cache_type_k: str = "f16"
    cache_type_v: str = "f16"
    margin: int | None = None
    parallel_slots: int = 1
    idle_unload: int | None = None

    def to_json(self) -> str:
        """ASCII only, so that every system's argv carries it unharmed."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "BundledSettings":
        """The settings again; TypeError or ValueError when they are not ours."""
        values: dict[str, Any] = json.loads(text)
        return cls(**values)

    @property
    def display(self) -> str:
        """One line for the person who wants to know what runs."""
        values: dict[str, int | str | None] = {
            "model": self.model,
            "mmproj": self.projector,
            "alias": self.alias,
            "port": self.port,
            "ctx-size": self.context_size,
            "threads": self.threads,
            "batch-size": self.batch_size,
            "ubatch-size": self.micro_batch_size,
            "flash-attn": self.flash_attention,
            "cache-type-k": self.cache_type_k,
            "cache-type-v": self.cache_type_v,
            "fit-target": self.margin,
            "parallel": self.parallel_slots,
            "n-gpu-layers": 0,
            "sleep-idle-seconds": self.idle_unload,
        }
        shown = (f"{name} {value}" for name, value in values.items() if value is not None)
        return f"bundled engine: {', '.join(shown)}"
