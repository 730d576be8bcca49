"""What the tensor list of a GGUF says of its layers; runs in the reading child."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gguf import ReaderTensor

LAYER = re.compile(r"^blk\.(\d{1,4})\.(.+)$")
RECURRENT = ("ssm_conv1d", "ssm_conv1d_q", "shortconv.conv", "time_mix_key", "time_mix_w1")
# What llama.cpp's --cpu-moe keeps in the computer's memory.
EXPERTS = re.compile(r"^ffn_(up|down|gate|gate_up)_(ch|)exps$")
LATENT = "attn_kv_a_mqa"
INPUTS = ("token_embd.", "position_embd.", "token_types.", "per_layer_token_embd.")


@dataclass
class Layers:
    """Numbers of layers by kind, widths of keys and values, bytes of weights.

    ``latent`` ones keep a compressed key (MLA). ``widths`` only where keys and
    values have tensors of their own.
    """

    cached: set[int] = field(default_factory=set)
    latent: set[int] = field(default_factory=set)
    recurrent: set[int] = field(default_factory=set)
    widths: dict[int, tuple[int, int]] = field(default_factory=dict)
    vocabulary: int | None = None
    has_output: bool = False
    input_bytes: int = 0
    layer_bytes: int = 0
    expert_bytes: int = 0
    output_bytes: int = 0


def read_layers(tensors: Iterable["ReaderTensor"], layers: int) -> Layers:
    """Sort the tensors of a model with so many layers."""
    found = Layers()
    keys: dict[int, int] = {}
    values: dict[int, int] = {}
    fused: set[int] = set()
    for tensor in tensors:
        size = int(tensor.n_bytes)
        match = LAYER.match(tensor.name)
        if match is None:
            _outside(found, tensor, size)
            continue
        found.layer_bytes += size
        layer, part = int(match[1]), match[2].rpartition(".")[0] or match[2]
        if EXPERTS.match(part):
            found.expert_bytes += size
        if layer >= layers:
            continue
        if part in ("attn_k", "attn_v") and match[2].endswith(".weight"):
            (keys if part == "attn_k" else values)[layer] = int(tensor.shape[1])
        elif part == LATENT:
            found.latent.add(layer)
        elif part == "attn_qkv":
            fused.add(layer)
        elif part in RECURRENT:
            found.recurrent.add(layer)
    # Linear attention has a fused tensor, too, and a state instead of a cache.
    found.cached = set(keys) | found.latent | (fused - found.recurrent)
    found.widths = {layer: (key, values.get(layer, key)) for layer, key in keys.items()}
    return found


def _outside(found: Layers, tensor: "ReaderTensor", size: int) -> None:
    if tensor.name == "token_embd.weight" and len(tensor.shape) > 1:
        found.vocabulary = int(tensor.shape[1])
    if tensor.name.startswith(INPUTS):
        found.input_bytes += size
        return
    found.output_bytes += size
    found.has_output = found.has_output or tensor.name == "output.weight"
