"""A model that recites: an answer of any length, each token a word, the same every time.

The demo model's answers are too short to time, and a model of random weights may
end, or print half a character, at any token. This one has random layers of next
to no weight, so it computes like any llama; its output row of each word is its
embedding of the word before, so it goes round its words for ever.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.gguf_files import write_out

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 256, 6, 4, 768, 2048
WORDS = 768
_CONTROL, _BYTE, _NORMAL = 3, 6, 1
_TEMPLATE = "{{ bos_token }}{% for m in messages %}{{ m['content'] }}{% endfor %}"


def write_reciter(path: Path) -> Path:
    """Write the GGUF (about 11 MB); 5.5 million parameters at 16 bits."""
    import gguf

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(1)
    _add_vocabulary(writer)
    _add_weights(writer)
    write_out(writer)
    return path


def _add_vocabulary(writer: Any) -> None:
    controls = ["<unk>", "<s>", "</s>"]
    pieces = [f"<0x{number:02X}>" for number in range(256)]
    words = [f"▁word{number}" for number in range(WORDS)]
    kinds = [_CONTROL] * len(controls) + [_BYTE] * len(pieces) + [_NORMAL] * WORDS
    tokens = [*controls, *pieces, *words]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(len(tokens))])
    writer.add_token_types(kinds)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(_TEMPLATE)


def _add_weights(writer: Any) -> None:
    import numpy as np

    source = np.random.default_rng(7)
    first = 3 + 256
    size = first + WORDS
    embedding = source.standard_normal((size, WIDTH)).astype(np.float32)
    output = np.zeros((size, WIDTH), np.float32)
    # Whatever comes before the first word leads to it.
    output[first] = embedding[:first].mean(axis=0) + embedding[-1]
    output[first + 1 :] = embedding[first:-1]
    writer.add_tensor("token_embd.weight", embedding.astype(np.float16))
    writer.add_tensor("output.weight", output.astype(np.float16))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    for layer in range(LAYERS):
        for name, shape in _matrices().items():
            weights = _small(source, shape)
            writer.add_tensor(f"blk.{layer}.{name}.weight", weights)
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(WIDTH, np.float32))


def _matrices() -> dict[str, tuple[int, int]]:
    square, wide, narrow = (WIDTH, WIDTH), (INNER, WIDTH), (WIDTH, INNER)
    attention = dict.fromkeys(("attn_q", "attn_k", "attn_v", "attn_output"), square)
    return attention | {"ffn_gate": wide, "ffn_up": wide, "ffn_down": narrow}


def _small(source: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float16]:
    import numpy as np

    return (source.standard_normal(shape) * 0.003).astype(np.float16)
