"""Pure: what the engine's estimator printed, as parts of a plan."""

from collections.abc import Sequence

from tray.models.config import LlamaCppConfig
from tray.models.fit import Measured
from tray.models.model_shape import ModelShape
from tray.services.memory_formula import Memory, Split, compute_bytes, compute_with_all_logits

_ROUNDING = 1 << 20


def measured_split(
    lines: Sequence[Measured], shape: ModelShape, config: LlamaCppConfig, context: int
) -> Split:
    """All GPUs together, and the computer.

    The estimator reserves logits for every token of a batch, the server for one a
    slot. Where they make its compute buffer, the formula's is taken.
    """
    gpus = [line for line in lines if line.name is not None]
    host = [line for line in lines if line.name is None]
    own = compute_bytes(shape, config, context)
    logits = compute_with_all_logits(shape, config, context)

    def compute(size: int) -> int:
        return min(size, own) if size <= logits + _ROUNDING else size

    return Split(
        gpu=Memory(
            weights=sum(line.weights for line in gpus),
            cache=sum(line.cache for line in gpus),
            compute=compute(max((line.compute for line in gpus), default=0)),
        ),
        host=Memory(
            weights=sum(line.weights for line in host),
            cache=sum(line.cache for line in host),
            compute=compute(sum(line.compute for line in host)),
        ),
    )
