"""Pure: how much memory llama.cpp takes for a model, by formula.

Used where no estimator of the engine's is there, and while a slider moves. Exact
for the weights and, by the rules of b11434, for KV caches and recurrent states.
The compute buffer is the largest of what the kinds of layers need at once, measured
with b11434's own estimator on models of many shapes; docs/fit.md has the figures.
"""

from typing import NamedTuple

from tray.models.config import FlashAttention, KvCacheType, LlamaCppConfig
from tray.models.model_shape import ModelShape
from tray.services.memory_arguments import memory_arguments

ERROR_PERCENT = 10.0
"""How far the whole may be off; docs/fit.md says what was measured."""
DEFAULT_MICRO_BATCH = 512
DEFAULT_BATCH = 2048
_CELLS = 256
_FLOAT = 4
# Bytes of a block of values, and how many values are in it.
_BLOCKS = {
    KvCacheType.F32: (4, 1),
    KvCacheType.F16: (2, 1),
    KvCacheType.BF16: (2, 1),
    KvCacheType.Q8_0: (34, 32),
    KvCacheType.Q5_1: (24, 32),
    KvCacheType.Q5_0: (22, 32),
    KvCacheType.Q4_1: (20, 32),
    KvCacheType.Q4_0: (18, 32),
    KvCacheType.IQ4_NL: (18, 32),
}


class Memory(NamedTuple):
    """Bytes. ``cache`` holds recurrent states, too; ``None`` where it is not understood."""

    weights: int
    cache: int | None
    compute: int


class Split(NamedTuple):
    """The same for the part on GPUs and the part in the computer's memory."""

    gpu: Memory
    host: Memory


def all_layers(shape: ModelShape) -> int:
    """Layers as llama.cpp counts them to be moved to a GPU: the output is one."""
    return shape.layers + 1


def memory_of(shape: ModelShape, config: LlamaCppConfig, context: int) -> Memory:
    """Everything in one place."""
    return Memory(
        weights=shape.input_bytes + shape.layer_bytes + shape.output_bytes,
        cache=cache_bytes(shape, config, context),
        compute=compute_bytes(shape, config, context),
    )


def split_of(shape: ModelShape, config: LlamaCppConfig, context: int, layers: int) -> Split:
    """With so many layers on GPUs, the last ones first and the output before them.

    Layers count alike: an average stands for each.
    """
    whole = memory_of(shape, config, context)
    moved = min(max(layers, 0), all_layers(shape))
    if moved == 0:
        return Split(gpu=Memory(0, 0, 0), host=whole)
    share = min(moved, shape.layers) / shape.layers
    kept = _kept_experts(shape, config, moved)
    in_layers = round(shape.layer_bytes * share) - kept
    on_gpu = in_layers
    if moved > shape.layers:
        on_gpu += shape.output_bytes + (shape.input_bytes if shape.tied else 0)
    stays = shape.input_bytes + (0 if moved > shape.layers else shape.output_bytes)
    off_gpu = memory_arguments(config.extra_arguments).cache_off_gpu
    cached = None if whole.cache is None else 0 if off_gpu else round(whole.cache * share)
    rest = None if whole.cache is None or cached is None else whole.cache - cached
    everything = moved > shape.layers and not kept and not off_gpu
    host = Memory(
        weights=stays + shape.layer_bytes - in_layers,
        cache=rest,
        compute=_inputs(shape, config, context) if everything else whole.compute,
    )
    return Split(gpu=Memory(on_gpu, cached, whole.compute), host=host)


def _kept_experts(shape: ModelShape, config: LlamaCppConfig, moved: int) -> int:
    """Bytes of experts in the last ``moved`` layers that an argument leaves off the GPU.

    It names the first layers, so they are the first of those, too.
    """
    asked = min(memory_arguments(config.extra_arguments).experts_off_gpu, shape.layers)
    layers = max(0, asked - (shape.layers - min(moved, shape.layers)))
    return round(shape.expert_bytes * layers / shape.layers)


def cache_bytes(shape: ModelShape, config: LlamaCppConfig, context: int) -> int | None:
    """KV cache and recurrent states for ``context`` tokens."""
    if shape.caches is None:
        return None
    slots = config.parallel_slots
    total = shape.state_width * _FLOAT * slots
    for layers in shape.caches:
        cells = slots * _slot_cells(shape, config, context, layers.windowed)
        key = _packed(layers.key_width, config.cache_type_k)
        value = _packed(layers.value_width, config.cache_type_v)
        total += layers.count * cells * (key + value)
    return total


def compute_bytes(shape: ModelShape, config: LlamaCppConfig, context: int) -> int:
    """What one batch is computed in; the engine asks for the logits of one token a slot."""
    tokens = batch_tokens(config, context)
    scores = 0
    if config.flash_attention is FlashAttention.OFF:
        scores = (shape.heads or 0) * max(_cells(shape, config, context), default=0)
    floats = max(_feed_forward(shape), _attention(shape) + scores, _recurrent(shape))
    logits = (shape.vocabulary or 0) * config.parallel_slots * _FLOAT
    return tokens * floats * _FLOAT + _masks(shape, config, context) + logits


def _slot_cells(shape: ModelShape, config: LlamaCppConfig, context: int, windowed: bool) -> int:
    whole = _padded(_padded(context) // config.parallel_slots)
    whole_windows = memory_arguments(config.extra_arguments).whole_windows
    if not windowed or shape.window is None or whole_windows:
        return whole
    return _padded(min(whole, shape.window + _micro_batch(config)))


def _inputs(shape: ModelShape, config: LlamaCppConfig, context: int) -> int:
    """What the computer's memory holds of a batch that GPUs compute."""
    inputs = batch_tokens(config, context) * shape.embedding * _FLOAT
    return inputs + _masks(shape, config, context)


def _masks(shape: ModelShape, config: LlamaCppConfig, context: int) -> int:
    """One for each kind of cache."""
    size = _FLOAT if config.flash_attention is FlashAttention.OFF else 2
    return batch_tokens(config, context) * sum(_cells(shape, config, context)) * size


def _cells(shape: ModelShape, config: LlamaCppConfig, context: int) -> list[int]:
    """Of one slot, in each kind of cache."""
    kinds = {layers.windowed for layers in shape.caches or ()}
    return [_slot_cells(shape, config, context, windowed) for windowed in kinds]


def _feed_forward(shape: ModelShape) -> int:
    """Floats a token: gate, up and their product; or the outputs of all experts, twice."""
    dense = 3 * (shape.feed_forward or 0) + 5 * shape.embedding
    return max(dense, (2 * shape.experts_used + 6) * shape.embedding if shape.experts_used else 0)


def _attention(shape: ModelShape) -> int:
    queries = (shape.heads or 0) * (shape.head_width or 0)
    return 5 * shape.embedding + 2 * queries


def _recurrent(shape: ModelShape) -> int:
    return 15 * shape.embedding if shape.state_width else 0


def _micro_batch(config: LlamaCppConfig) -> int:
    batch = config.batch_size or DEFAULT_BATCH
    return min(config.micro_batch_size or DEFAULT_MICRO_BATCH, batch)


def compute_with_all_logits(shape: ModelShape, config: LlamaCppConfig, context: int) -> int:
    """What the end of the graph needs when every token of a batch has its logits."""
    floats = (shape.vocabulary or 0) + 5 * shape.embedding
    return batch_tokens(config, context) * floats * _FLOAT + _masks(shape, config, context)


def batch_tokens(config: LlamaCppConfig, context: int) -> int:
    """Tokens that are computed at once."""
    return min(_micro_batch(config), _padded(context))


def _padded(cells: int) -> int:
    return -(-cells // _CELLS) * _CELLS


def _packed(width: int, kind: KvCacheType) -> int:
    size, values = _BLOCKS[kind]
    return -(-width * size // values)
