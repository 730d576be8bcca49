"""A vision projector of some kB that llama.cpp loads: Gemma 3's kind, its weights are zeros."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gguf import GGUFWriter

from tests.gguf_files import write_out

WIDTH, INNER, PATCH, IMAGE = 16, 32, 16, 64
"""Of the encoder; four by four patches become one token."""


def write_projector(path: Path, projection: int) -> Path:
    """``projection`` is the width of the model it belongs to."""
    writer = GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "gemma3")
    sizes = {
        "image_size": IMAGE,
        "patch_size": PATCH,
        "embedding_length": WIDTH,
        "feed_forward_length": INNER,
        "block_count": 1,
        "attention.head_count": 2,
        "projection_dim": projection,
    }
    for name, size in sizes.items():
        writer.add_uint32(f"clip.vision.{name}", size)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    writer.add_bool("clip.use_gelu", True)
    for name, shape in _tensors(projection).items():
        writer.add_tensor(name, np.zeros(shape, dtype=np.float32))
    write_out(writer)
    return path


def _tensors(projection: int) -> dict[str, tuple[int, ...]]:
    block = {
        **{f"attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "out")},
        **{f"{norm}.{half}": (WIDTH,) for norm in ("ln1", "ln2") for half in ("weight", "bias")},
        "ffn_down.weight": (INNER, WIDTH),
        "ffn_up.weight": (WIDTH, INNER),
    }
    return {
        "v.patch_embd.weight": (WIDTH, 3, PATCH, PATCH),
        "v.patch_embd.bias": (WIDTH,),
        "v.position_embd.weight": ((IMAGE // PATCH) ** 2, WIDTH),
        "v.post_ln.weight": (WIDTH,),
        "v.post_ln.bias": (WIDTH,),
        **{f"v.blk.0.{name}": shape for name, shape in block.items()},
        "mm.input_projection.weight": (WIDTH, projection),
        "mm.soft_emb_norm.weight": (WIDTH,),
    }
