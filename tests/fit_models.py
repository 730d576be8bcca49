"""GGUFs of tens of MB that real engines load: their weights are zeros, their shapes are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from gguf import GGUFWriter, TokenType

from tests.gguf_files import write_out

Tensors = Iterator[tuple[str, tuple[int, ...]]]


@dataclass(frozen=True)
class Made:
    """One model: ``keys`` are below the architecture's name."""

    architecture: str
    layers: int
    embedding: int
    vocabulary: int
    keys: Mapping[str, int | float | list[int]]
    tensors: tuple[tuple[str, tuple[int, ...]], ...] = field(repr=False)


def write(path: Path, made: Made) -> Path:
    """Write the model; matrices in F16, the rest in F32."""
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, made.architecture)
    writer.add_context_length(131072)
    writer.add_block_count(made.layers)
    writer.add_embedding_length(made.embedding)
    for key, value in made.keys.items():
        name = f"{made.architecture}.{key}"
        if isinstance(value, list):
            writer.add_array(name, value)
        elif isinstance(value, float):
            writer.add_float32(name, value)
        else:
            writer.add_uint32(name, value)
    _add_vocabulary(writer, made.vocabulary)
    for name, shape in made.tensors:
        kind = np.float16 if len(shape) > 1 and "ssm_" not in name else np.float32
        if name.endswith(("ssm_in.weight", "ssm_out.weight", "ssm_x.weight", "ssm_dt.weight")):
            kind = np.float16
        writer.add_tensor(name, np.zeros(shape, dtype=kind))
    write_out(writer)
    return path


def _add_vocabulary(writer: GGUFWriter, size: int) -> None:
    """Bytes, and words nobody says, in SentencePiece's form."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [TokenType.UNKNOWN, TokenType.CONTROL, TokenType.CONTROL, *[TokenType.BYTE] * 256]
    tokens += [f"w{number}" for number in range(size - len(tokens))]
    kinds += [TokenType.NORMAL] * (size - len(kinds))
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * size)
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)


def dense(
    layers: int = 6,
    embedding: int = 512,
    inner: int = 1536,
    heads: int = 8,
    cached: int = 2,
    vocabulary: int = 8000,
) -> Made:
    """Llama: grouped-query attention."""
    head = embedding // heads

    def tensors() -> Tensors:
        yield from _ends(embedding, vocabulary)
        for layer in range(layers):
            blk = f"blk.{layer}."
            yield from _attention(blk, embedding, heads, cached, head)
            yield from _feed_forward(blk, embedding, inner)

    keys = {
        "feed_forward_length": inner,
        "attention.head_count": heads,
        "attention.head_count_kv": cached,
        "attention.layer_norm_rms_epsilon": 1e-5,
        "rope.dimension_count": head,
        "vocab_size": vocabulary,
    }
    return Made("llama", layers, embedding, vocabulary, keys, tuple(tensors()))


def windowed(layers: int = 12, embedding: int = 512, vocabulary: int = 8000) -> Made:
    """Gemma 3: five of six layers keep a sliding window; wide heads, tied embeddings."""
    heads, cached, head, inner, window = 4, 2, 256, 2048, 512

    def tensors() -> Tensors:
        yield "token_embd.weight", (vocabulary, embedding)
        yield "output_norm.weight", (embedding,)
        for layer in range(layers):
            blk = f"blk.{layer}."
            yield from _attention(blk, embedding, heads, cached, head)
            yield f"{blk}attn_q_norm.weight", (head,)
            yield f"{blk}attn_k_norm.weight", (head,)
            yield f"{blk}post_attention_norm.weight", (embedding,)
            yield from _feed_forward(blk, embedding, inner)
            yield f"{blk}post_ffw_norm.weight", (embedding,)

    keys = {
        "feed_forward_length": inner,
        "attention.head_count": heads,
        "attention.head_count_kv": cached,
        "attention.key_length": head,
        "attention.value_length": head,
        "attention.sliding_window": window,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.freq_base": 1000000.0,
    }
    return Made("gemma3", layers, embedding, vocabulary, keys, tuple(tensors()))


def experts(
    layers: int = 4,
    embedding: int = 512,
    inner: int = 768,
    used: int = 2,
    heads: int = 8,
    vocabulary: int = 8000,
) -> Made:
    """Qwen 3 MoE: eight experts, some of them at work."""
    cached, head, count = 2, 64, 8

    def tensors() -> Tensors:
        yield from _ends(embedding, vocabulary)
        for layer in range(layers):
            blk = f"blk.{layer}."
            yield from _attention(blk, embedding, heads, cached, head)
            yield f"{blk}attn_q_norm.weight", (head,)
            yield f"{blk}attn_k_norm.weight", (head,)
            yield f"{blk}ffn_norm.weight", (embedding,)
            yield f"{blk}ffn_gate_inp.weight", (count, embedding)
            yield f"{blk}ffn_gate_exps.weight", (count, inner, embedding)
            yield f"{blk}ffn_up_exps.weight", (count, inner, embedding)
            yield f"{blk}ffn_down_exps.weight", (count, embedding, inner)

    keys = {
        "feed_forward_length": inner,
        "expert_feed_forward_length": inner,
        "expert_count": count,
        "expert_used_count": used,
        "attention.head_count": heads,
        "attention.head_count_kv": cached,
        "attention.key_length": head,
        "attention.value_length": head,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.freq_base": 1000000.0,
    }
    return Made("qwen3moe", layers, embedding, vocabulary, keys, tuple(tensors()))


def recurrent(layers: int = 10, embedding: int = 768, vocabulary: int = 8000) -> Made:
    """Mamba: no KV cache at all."""
    inner = 2 * embedding

    def tensors() -> Tensors:
        yield from _ends(embedding, vocabulary)
        for layer in range(layers):
            yield f"blk.{layer}.attn_norm.weight", (embedding,)
            yield from _mamba(f"blk.{layer}.", embedding, inner)

    keys = {
        "feed_forward_length": 0,
        "attention.head_count": 0,
        "attention.layer_norm_rms_epsilon": 1e-5,
        **_mamba_keys(embedding, inner),
    }
    return Made("mamba", layers, embedding, vocabulary, keys, tuple(tensors()))


def hybrid(layers: int = 8, embedding: int = 512, vocabulary: int = 8000) -> Made:
    """Jamba: one layer in four looks back, the others are recurrent."""
    heads, cached, inner = 8, 2, 1536
    head, looking = embedding // heads, 4
    per_layer = [cached if layer % looking == looking - 1 else 0 for layer in range(layers)]

    def tensors() -> Tensors:
        yield from _ends(embedding, vocabulary)
        for layer, kept in enumerate(per_layer):
            blk = f"blk.{layer}."
            if kept:
                yield from _attention(blk, embedding, heads, cached, head)
            else:
                yield f"{blk}attn_norm.weight", (embedding,)
                yield from _mamba(blk, embedding, 2 * embedding)
                yield f"{blk}ssm_dt_norm.weight", (embedding // 16,)
                yield f"{blk}ssm_b_norm.weight", (16,)
                yield f"{blk}ssm_c_norm.weight", (16,)
            yield from _feed_forward(blk, embedding, inner)

    keys: dict[str, int | float | list[int]] = {
        "feed_forward_length": inner,
        "attention.head_count": heads,
        "attention.head_count_kv": per_layer,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "expert_count": 0,
        "expert_used_count": 0,
        **_mamba_keys(embedding, 2 * embedding),
    }
    return Made("jamba", layers, embedding, vocabulary, keys, tuple(tensors()))


def latent(layers: int = 6, embedding: int = 512, vocabulary: int = 8000) -> Made:
    """DeepSeek 2: one compressed key a token and layer, and no values."""
    heads, inner, rank, turned, plain, value = 8, 1536, 256, 32, 64, 64

    def tensors() -> Tensors:
        yield from _ends(embedding, vocabulary)
        for layer in range(layers):
            blk = f"blk.{layer}."
            yield f"{blk}attn_norm.weight", (embedding,)
            yield f"{blk}attn_q_a.weight", (rank, embedding)
            yield f"{blk}attn_q_a_norm.weight", (rank,)
            yield f"{blk}attn_q_b.weight", (heads * (plain + turned), rank)
            yield f"{blk}attn_kv_a_mqa.weight", (rank + turned, embedding)
            yield f"{blk}attn_kv_a_norm.weight", (rank,)
            yield f"{blk}attn_k_b.weight", (heads, rank, plain)
            yield f"{blk}attn_v_b.weight", (heads, value, rank)
            yield f"{blk}attn_output.weight", (embedding, heads * value)
            yield from _feed_forward(blk, embedding, inner)

    keys = {
        "feed_forward_length": inner,
        "expert_feed_forward_length": inner,
        "expert_count": 0,
        "expert_used_count": 0,
        "expert_shared_count": 0,
        "expert_weights_scale": 1.0,
        "leading_dense_block_count": layers,
        "attention.head_count": heads,
        "attention.head_count_kv": 1,
        "attention.q_lora_rank": rank,
        "attention.kv_lora_rank": rank,
        "attention.key_length": rank + turned,
        "attention.value_length": rank,
        "attention.key_length_mla": plain + turned,
        "attention.value_length_mla": value,
        "attention.layer_norm_rms_epsilon": 1e-6,
        "rope.dimension_count": turned,
        "vocab_size": vocabulary,
    }
    return Made("deepseek2", layers, embedding, vocabulary, keys, tuple(tensors()))


def _ends(embedding: int, vocabulary: int) -> Tensors:
    yield "token_embd.weight", (vocabulary, embedding)
    yield "output_norm.weight", (embedding,)
    yield "output.weight", (vocabulary, embedding)


def _attention(blk: str, embedding: int, heads: int, cached: int, head: int) -> Tensors:
    yield f"{blk}attn_norm.weight", (embedding,)
    yield f"{blk}attn_q.weight", (heads * head, embedding)
    yield f"{blk}attn_k.weight", (cached * head, embedding)
    yield f"{blk}attn_v.weight", (cached * head, embedding)
    yield f"{blk}attn_output.weight", (embedding, heads * head)


def _feed_forward(blk: str, embedding: int, inner: int) -> Tensors:
    yield f"{blk}ffn_norm.weight", (embedding,)
    yield f"{blk}ffn_gate.weight", (inner, embedding)
    yield f"{blk}ffn_up.weight", (inner, embedding)
    yield f"{blk}ffn_down.weight", (embedding, inner)


def _mamba(blk: str, embedding: int, inner: int) -> Tensors:
    rank, state, kernel = embedding // 16, 16, 4
    yield f"{blk}ssm_in.weight", (2 * inner, embedding)
    yield f"{blk}ssm_conv1d.weight", (inner, kernel)
    yield f"{blk}ssm_conv1d.bias", (inner,)
    yield f"{blk}ssm_x.weight", (rank + 2 * state, inner)
    yield f"{blk}ssm_dt.weight", (inner, rank)
    yield f"{blk}ssm_dt.bias", (inner,)
    yield f"{blk}ssm_a", (inner, state)
    yield f"{blk}ssm_d", (inner,)
    yield f"{blk}ssm_out.weight", (embedding, inner)


def _mamba_keys(embedding: int, inner: int) -> dict[str, int]:
    return {
        "ssm.conv_kernel": 4,
        "ssm.inner_size": inner,
        "ssm.state_size": 16,
        "ssm.time_step_rank": embedding // 16,
    }


def write_projector(path: Path, pixels: int = 896, width: int = 1152, layers: int = 1) -> Path:
    """A vision projector as Gemma 3 has it, but for its layers; for models 512 wide."""
    inner, patch = 4 * width, 14
    writer = GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.use_gelu", True)
    writer.add_string("clip.projector_type", "gemma3")
    sizes = {"image_size": pixels, "patch_size": patch, "embedding_length": width}
    sizes |= {"feed_forward_length": inner, "block_count": layers, "projection_dim": 512}
    sizes["attention.head_count"] = 16
    for name, size in sizes.items():
        writer.add_uint32(f"clip.vision.{name}", size)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    for name in ("image_mean", "image_std"):
        writer.add_array(f"clip.vision.{name}", [0.5] * 3)
    shapes: dict[str, tuple[int, ...]] = {
        "v.patch_embd.weight": (width, 3, patch, patch),
        "v.patch_embd.bias": (width,),
        "v.position_embd.weight": ((pixels // patch) ** 2, width),
        "v.post_ln.weight": (width,),
        "v.post_ln.bias": (width,),
        "mm.input_projection.weight": (width, 512),
        "mm.soft_emb_norm.weight": (width,),
    }
    for layer in range(layers):
        shapes |= _seeing_layer(f"v.blk.{layer}", width, inner)
    for name, shape in shapes.items():
        kind = np.float16 if name.startswith("v.blk") and len(shape) > 1 else np.float32
        writer.add_tensor(name, np.zeros(shape, dtype=kind))
    write_out(writer)
    return path


def _seeing_layer(name: str, width: int, inner: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        f"{name}.ffn_up.weight": (inner, width),
        f"{name}.ffn_up.bias": (inner,),
        f"{name}.ffn_down.weight": (width, inner),
        f"{name}.ffn_down.bias": (width,),
    }
    for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
        shapes |= {f"{name}.{part}.weight": (width, width), f"{name}.{part}.bias": (width,)}
    for part in ("ln1", "ln2"):
        shapes |= {f"{name}.{part}.weight": (width,), f"{name}.{part}.bias": (width,)}
    return shapes
