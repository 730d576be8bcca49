"""The network: a llama of 0.87 million parameters, as plain functions over its weights.

The weights are a dictionary under their GGUF names, each of shape (out, in), so
the export writes them as they are.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

Weights = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network; a head is ``width // heads`` wide."""

    pieces: int = 1024
    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 2
    hidden: int = 352
    context: int = 1024
    epsilon: float = 1e-5
    rope_base: float = 10000.0

    @property
    def head_width(self) -> int:
        return self.width // self.heads


def initial_weights(shape: Shape) -> Weights:
    """Random weights; what a layer adds starts small, so depth does not amplify."""
    weights = {
        "token_embd.weight": _normal(shape.pieces, shape.width),
        "output_norm.weight": torch.ones(shape.width),
    }
    kv_width = shape.kv_heads * shape.head_width
    quiet = 1 / math.sqrt(2 * shape.layers)
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        weights |= {
            block + "attn_norm.weight": torch.ones(shape.width),
            block + "attn_q.weight": _normal(shape.width, shape.width),
            block + "attn_k.weight": _normal(kv_width, shape.width),
            block + "attn_v.weight": _normal(kv_width, shape.width),
            block + "attn_output.weight": _normal(shape.width, shape.width) * quiet,
            block + "ffn_norm.weight": torch.ones(shape.width),
            block + "ffn_gate.weight": _normal(shape.hidden, shape.width),
            block + "ffn_up.weight": _normal(shape.hidden, shape.width),
            block + "ffn_down.weight": _normal(shape.width, shape.hidden) * quiet,
        }
    return {name: tensor.requires_grad_() for name, tensor in weights.items()}


def hidden_states(weights: Weights, shape: Shape, tokens: Tensor) -> Tensor:
    """Normalized last states, (batch, length, width), of tokens (batch, length)."""
    turns = _rotation(shape, tokens.shape[1])
    states = functional.embedding(tokens, weights["token_embd.weight"])
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        normed = _norm(states, weights[block + "attn_norm.weight"], shape)
        states = states + _attention(weights, block, shape, normed, turns)
        normed = _norm(states, weights[block + "ffn_norm.weight"], shape)
        states = states + _feed_forward(weights, block, normed)
    return _norm(states, weights["output_norm.weight"], shape)


def logits(weights: Weights, states: Tensor) -> Tensor:
    """Scores of every piece; the embedding doubles as the output layer."""
    return functional.linear(states, weights["token_embd.weight"])


def _normal(rows: int, columns: int) -> Tensor:
    return torch.randn(rows, columns) * 0.04


def _norm(states: Tensor, gain: Tensor, shape: Shape) -> Tensor:
    return functional.rms_norm(states, (shape.width,), gain, shape.epsilon)


def _rotation(shape: Shape, length: int) -> tuple[Tensor, Tensor]:
    exponents = torch.arange(0, shape.head_width, 2).float() / shape.head_width
    angles = torch.outer(torch.arange(length).float(), shape.rope_base**-exponents)
    return angles.cos(), angles.sin()


def _rotate(heads: Tensor, turns: tuple[Tensor, Tensor]) -> Tensor:
    # Neighbors form a pair, as in llama.cpp: no permutation at export.
    even, odd = heads[..., 0::2], heads[..., 1::2]
    cosine, sine = turns
    return torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), -1).flatten(-2)


def _attention(
    weights: Weights, block: str, shape: Shape, states: Tensor, turns: tuple[Tensor, Tensor]
) -> Tensor:
    batch, length, _ = states.shape

    def split(name: str, heads: int) -> Tensor:
        flat = functional.linear(states, weights[f"{block}attn_{name}.weight"])
        return flat.view(batch, length, heads, shape.head_width).transpose(1, 2)

    groups = shape.heads // shape.kv_heads
    query = _rotate(split("q", shape.heads), turns)
    key = _rotate(split("k", shape.kv_heads), turns).repeat_interleave(groups, 1)
    value = split("v", shape.kv_heads).repeat_interleave(groups, 1)
    mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
    joined = mixed.transpose(1, 2).reshape(batch, length, shape.width)
    return functional.linear(joined, weights[block + "attn_output.weight"])


def _feed_forward(weights: Weights, block: str, states: Tensor) -> Tensor:
    gate = functional.silu(functional.linear(states, weights[block + "ffn_gate.weight"]))
    up = functional.linear(states, weights[block + "ffn_up.weight"])
    return functional.linear(gate * up, weights[block + "ffn_down.weight"])
