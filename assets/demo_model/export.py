"""Writes trained weights as GGUF: ``python -m assets.demo_model.export --work FOLDER``."""

import argparse
import hashlib
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, LlamaFileType

from assets.demo_model.files import GGUF, TEMPLATE
from assets.demo_model.network import Shape, Weights
from assets.demo_model.tokenizer import Special, Tokenizer

WEIGHTS_FILE = "weights.pt"
PIECES_FILE = "pieces.json"


def export(work: Path, target: Path) -> None:
    """Exports what training left in ``work`` and writes the SHA-256 beside ``target``."""
    weights = torch.load(work / WEIGHTS_FILE)
    part = target.with_name(target.name + ".part")
    writer = gguf.GGUFWriter(part, "llama")
    _add_description(writer)
    _add_shape(writer, Shape())
    _add_tokenizer(writer, Tokenizer.load(work / PIECES_FILE))
    _add_weights(writer, weights)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    part.replace(target)
    checksum = target.with_name(target.name + ".sha256")
    checksum.write_text(f"{digest}  {target.name}\n", encoding="ascii")


def _add_description(writer: gguf.GGUFWriter) -> None:
    writer.add_type("model")
    writer.add_name("Paddock demo model")
    writer.add_basename("paddock-demo")
    writer.add_size_label("0.9M")
    writer.add_author("The Paddock project")
    writer.add_license("mit")
    writer.add_description("Tiny built-in demo model, trained from scratch on Paddock's own text")
    writer.add_file_type(LlamaFileType.MOSTLY_Q8_0)
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    # Every client is greedy unless it asks for something else: the same answer each time.
    writer.add_float32("general.sampling.temp", 0.0)
    writer.add_int32("general.sampling.top_k", 1)


def _add_shape(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_vocab_size(shape.pieces)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.hidden)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.epsilon)


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokenizer.pieces)
    writer.add_token_scores(tokenizer.scores)
    writer.add_token_types(tokenizer.types)
    writer.add_bos_token_id(Special.BOS)
    writer.add_eos_token_id(Special.END)
    writer.add_eot_token_id(Special.END)
    writer.add_unk_token_id(Special.UNK)
    writer.add_pad_token_id(Special.PAD)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE.read_text(encoding="utf-8").rstrip("\n"))


def _add_weights(writer: gguf.GGUFWriter, weights: Weights) -> None:
    # No output.weight: llama.cpp then uses token_embd.weight for it, as training did.
    for name, tensor in weights.items():
        values = np.ascontiguousarray(tensor.detach().numpy(), dtype=np.float32)
        if values.ndim == 1:
            writer.add_tensor(name, values)
        else:
            packed = gguf.quants.quantize(values, GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=GGMLQuantizationType.Q8_0)


def main() -> None:
    """Exports a checkpoint by hand."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--target", type=Path, default=GGUF)
    arguments = parser.parse_args()
    export(arguments.work, arguments.target)


if __name__ == "__main__":
    main()
