"""How much memory a model would take, and whether that is there.

Sizes in bytes; ``None`` is "not known", never 0.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from tray.models.base import Frozen
from tray.models.config import KvCacheType
from tray.models.fit_mark import MARGIN, Fit


class FitRequest(Frozen):
    """``model`` as in StartRequest; what is ``None`` is as the model's preset has it.

    ``exact`` asks the engine's own estimator, where there is one: it may take
    seconds. Without it the answer comes at once.
    """

    model: str | None = None
    context: Annotated[int, Field(ge=64, lt=1 << 31)] | None = None
    gpu_layers: Literal["auto"] | Annotated[int, Field(ge=0, lt=1 << 31)] | None = None
    cache_type_k: KvCacheType | None = None
    cache_type_v: KvCacheType | None = None
    margin: Annotated[int, Field(ge=0, lt=1 << 50)] | None = None
    exact: bool = False


class FitSource(StrEnum):
    """Whose figures these are: the engine's own estimator's, or our formula's."""

    ENGINE = "engine"
    FORMULA = "formula"


class EngineGpu(Frozen):
    """A GPU as an engine lists it; ``None`` when it does not say."""

    name: str
    total: int | None
    free: int | None


class Measured(Frozen):
    """One line of the engine's estimator. Without a name: the computer's own memory."""

    name: str | None
    weights: int
    cache: int
    compute: int


class DeviceFit(Frozen):
    """What one device would have to hold. ``free`` is without a model of ours.

    ``name`` is a GPU's name, or "RAM".
    """

    name: str
    is_gpu: bool
    weights: int | None = None
    cache: int | None = None
    compute: int | None = None
    free: int | None = None
    total: int | None = None

    @property
    def needed(self) -> int | None:
        parts = (self.weights, self.cache, self.compute)
        known = [part for part in parts if part is not None]
        return sum(known) if len(known) == len(parts) else None

    @property
    def left(self) -> int | None:
        """What would stay free; negative when there is too little."""
        needed = self.needed
        return None if needed is None or self.free is None else self.free - needed


class FitEstimate(Frozen):
    """The answer for one model and one context.

    ``layers`` counts the output as one, as llama.cpp does; ``gpu_layers`` of them
    would lie on GPUs. ``largest_context`` still fits wholly on the GPUs (or in
    memory where there is none). ``reason`` is a sentence, for what is not known.
    """

    model: str
    verdict: Fit
    context: int | None = None
    trained_context: int | None = None
    largest_context: int | None = None
    layers: int | None = None
    gpu_layers: int | None = None
    margin: int = MARGIN
    source: FitSource = FitSource.FORMULA
    error_percent: float | None = None
    devices: tuple[DeviceFit, ...] = ()
    reason: str | None = None


class FitRow(Frozen):
    """One device in words: "6.2 GiB of 11.0 GiB free"; ``over`` when it is too much."""

    name: str
    weights: str
    cache: str
    compute: str
    needed: str
    free: str
    share: float | None
    over: bool | None


class ShownFit(Frozen):
    """An estimate with the words the page shows.

    ``verdict`` is a few words ("Fits on the GPU"), ``line`` one sentence more,
    ``source`` says whose figures these are and how far off they may be.
    """

    estimate: FitEstimate
    verdict: str
    line: str
    margin: str
    source: str
    rows: tuple[FitRow, ...]
