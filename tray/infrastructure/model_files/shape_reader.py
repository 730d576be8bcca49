"""What of a GGUF decides its memory, from its header and tensor list; runs in the reading child.

Tensors are believed before keys: they say which layers have a KV cache, which a
recurrent state, and how wide a key is. The rest follows llama.cpp b11434
(``llama_hparams``, ``llama_memory_*``).
"""

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from tray.infrastructure.model_files.shape_tensors import Layers, read_layers
from tray.infrastructure.model_files.shape_windows import windowed_layers
from tray.models.model_shape import CachedLayers, ModelShape

if TYPE_CHECKING:
    from gguf import GGUFReader

MOST_LAYERS = 4096
# Caches of their own kind (indexers, compressors): only the engine can say.
NOT_UNDERSTOOD = frozenset(
    ("deepseek4", "deepseek32", "glm-dsa", "glm5-next", "dots3note", "qwen4exp", "minimax-m3")
)
# Their last layers look into the cache of earlier ones.
GEMMA_3N_CACHED = 20


def shape_of(readers: Sequence["GGUFReader"]) -> ModelShape | None:
    """The shape of a whole model, its first part first; ``None`` when it is not there.

    Raises ValueError (pydantic's among them) for a header that cannot be true.
    """
    keys = _Keys(readers[0])
    layers, embedding = keys.count("block_count"), keys.count("embedding_length")
    if layers is None or layers > MOST_LAYERS or embedding is None:
        return None
    found = read_layers(chain.from_iterable(reader.tensors for reader in readers), layers)
    heads = max(keys.counts("attention.head_count", layers), default=0)
    return ModelShape(
        layers=layers,
        embedding=embedding,
        feed_forward=_feed_forward(keys, layers),
        experts_used=keys.count("expert_used_count") or 0,
        heads=heads or None,
        head_width=keys.count("attention.key_length") or (embedding // heads if heads else None),
        vocabulary=found.vocabulary,
        window=_window(keys),
        caches=_caches(keys, found, layers, embedding),
        state_width=len(found.recurrent) * _state_width(keys, embedding, layers),
        input_bytes=found.input_bytes,
        layer_bytes=found.layer_bytes,
        expert_bytes=found.expert_bytes,
        output_bytes=found.output_bytes,
        tied=not found.has_output,
    )


class _Keys:
    """Values below the architecture's name; what is not a sane number is not there."""

    def __init__(self, reader: "GGUFReader") -> None:
        self._reader = reader
        field = reader.get_field("general.architecture")
        name = None if field is None else field.contents()
        self.architecture = name if isinstance(name, str) else ""

    def value(self, key: str) -> object:
        field = self._reader.get_field(f"{self.architecture}.{key}")
        return None if field is None else field.contents()

    def count(self, key: str) -> int | None:
        """A positive whole number."""
        return _count(self.value(key)) or None

    def counts(self, key: str, layers: int) -> list[int]:
        """One number a layer, where one number may stand for all; empty without the key."""
        value = self.value(key)
        if isinstance(value, list):
            numbers = [_count(item) for item in value[:layers]]
            return [] if len(numbers) < layers or None in numbers else [n or 0 for n in numbers]
        number = _count(value)
        return [] if number is None else [number] * layers


def _count(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < 1 << 24 else None


def _feed_forward(keys: _Keys, layers: int) -> int | None:
    """The widest inner layer that one token passes."""
    dense = max(keys.counts("feed_forward_length", layers), default=0)
    expert = max(keys.counts("expert_feed_forward_length", layers), default=0)
    return max(dense, expert * (keys.count("expert_used_count") or 1)) or None


def _window(keys: _Keys) -> int | None:
    given = keys.count("attention.sliding_window")
    return (
        8192 if keys.architecture == "llama4" else given or _DEFAULT_WINDOWS.get(keys.architecture)
    )


_DEFAULT_WINDOWS = {"gemma2": 4096, "exaone4": 4096, "smallthinker": 4096}


def _caches(
    keys: _Keys, found: Layers, layers: int, embedding: int
) -> tuple[CachedLayers, ...] | None:
    if keys.architecture in NOT_UNDERSTOOD:
        return None
    windowed = windowed_layers(
        keys.architecture, layers, _window(keys), keys.value("attention.sliding_window_pattern")
    )
    groups: Counter[tuple[int, int, bool]] = Counter()
    for layer in sorted(found.cached):
        if layer >= _cached_from_start(keys, layers):
            continue
        widths = found.widths.get(layer) or _by_keys(keys, found, layer, layers, embedding)
        if widths is None:
            return None
        groups[(*widths, layer in windowed)] += 1
    return tuple(
        CachedLayers(count=count, key_width=key, value_width=value, windowed=is_windowed)
        for (key, value, is_windowed), count in groups.items()
    )


def _cached_from_start(keys: _Keys, layers: int) -> int:
    if keys.architecture == "gemma3n":
        return GEMMA_3N_CACHED
    predicting = keys.count("nextn_predict_layers") or 0
    return layers - predicting - (keys.count("attention.shared_kv_layers") or 0)


def _by_keys(
    keys: _Keys, found: Layers, layer: int, layers: int, embedding: int
) -> tuple[int, int] | None:
    """Widths of a layer whose keys and values come out of one tensor."""
    if layer in found.latent and keys.count("attention.key_length_mla") is not None:
        rank, turned = keys.count("attention.kv_lora_rank"), keys.count("rope.dimension_count")
        return None if rank is None or turned is None else (rank + turned, 0)
    heads = keys.counts("attention.head_count", layers)
    if not heads or not heads[layer]:
        return None
    cached = keys.counts("attention.head_count_kv", layers) or heads
    default = embedding // heads[layer]
    key = keys.count("attention.key_length") or default
    value = keys.count("attention.value_length") or default
    return cached[layer] * key, cached[layer] * value


def _state_width(keys: _Keys, embedding: int, layers: int) -> int:
    """Elements (of 4 bytes) one recurrent layer keeps for a sequence: ``n_embd_r + n_embd_s``."""
    if head := keys.count("wkv.head_size"):
        return embedding * ((keys.count("token_shift_count") or 2) + head)
    if length := keys.count("shortconv.l_cache"):
        return embedding * (length - 1)
    kernel = keys.count("ssm.conv_kernel")
    if head := keys.count("kda.head_dim"):
        heads = max(keys.counts("attention.head_count", layers), default=0)
        return 3 * ((kernel or 4) - 1) * heads * head + head * head * heads
    inner, state = keys.count("ssm.inner_size") or 0, keys.count("ssm.state_size") or 0
    groups = keys.count("ssm.group_count") or 0
    return ((kernel or 1) - 1) * (inner + 2 * groups * state) + state * inner
