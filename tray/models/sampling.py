"""How an answer is drawn from what the model finds likely."""

from typing import Annotated

from pydantic import Field

from tray.models.base import Frozen

Share = Annotated[float, Field(ge=0, le=1)]


class Sampling(Frozen):
    """Values of ``None`` leave the engine's own.

    ``max_tokens`` of the answer, its reasoning included. ``top_k`` of 0 considers
    every token. A ``seed`` of -1 is a new one for each answer.
    """

    max_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    top_p: Share | None = None
    top_k: Annotated[int, Field(ge=0, lt=1 << 31)] | None = None
    min_p: Share | None = None
    seed: Annotated[int, Field(ge=-1, lt=1 << 32)] | None = None
