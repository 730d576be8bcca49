"""Models as people have them: their facts are true, their weights are holes in the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, GGUFWriter, LlamaFileType


@dataclass(frozen=True)
class ShelfModel:
    """``weights`` counts them; ``size`` is the file's, in bytes."""

    name: str
    title: str
    architecture: str
    weights: int
    size: int
    context: int
    licence: str
    kind: LlamaFileType
    tensors: GGMLQuantizationType

    def write(self, folder: Path) -> Path:
        """Write it into ``folder``. It takes a few kB of the disk."""
        path = folder / f"{self.name}.gguf"
        writer = GGUFWriter(path, self.architecture)
        writer.add_name(self.title)
        writer.add_license(self.licence)
        writer.add_context_length(self.context)
        writer.add_file_type(self.kind)
        writer.add_chat_template("{{ messages }}")
        block, block_bytes = GGML_QUANT_SIZES[self.tensors]
        blocks = self.weights // block
        writer.add_tensor_info(
            "a", (blocks * block,), np.dtype(np.int8), blocks * block_bytes, self.tensors
        )
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        writer.close()
        with path.open("r+b") as file:
            file.truncate(self.size)
        return path


SHELF = (
    ShelfModel(
        name="gemma-3-12b-it-Q4_K_M",
        title="Gemma 3 12b It",
        architecture="gemma3",
        weights=11_766_034_176,
        size=7_300_574_976,
        context=131072,
        licence="gemma",
        kind=LlamaFileType.MOSTLY_Q4_K_M,
        tensors=GGMLQuantizationType.Q4_K,
    ),
    ShelfModel(
        name="gpt-oss-20b-mxfp4",
        title="Gpt Oss 20b",
        architecture="gpt-oss",
        weights=20_914_757_184,
        size=12_109_566_560,
        context=131072,
        licence="apache-2.0",
        kind=LlamaFileType.MOSTLY_MXFP4_MOE,
        tensors=GGMLQuantizationType.MXFP4,
    ),
    ShelfModel(
        name="Llama-3.1-8B-Instruct-Q4_K_M",
        title="Llama 3.1 8B Instruct",
        architecture="llama",
        weights=8_030_261_312,
        size=4_920_739_232,
        context=131072,
        licence="llama3.1",
        kind=LlamaFileType.MOSTLY_Q4_K_M,
        tensors=GGMLQuantizationType.Q4_K,
    ),
    ShelfModel(
        name="Llama-3.3-70B-Instruct-Q4_K_M",
        title="Llama 3.3 70B Instruct",
        architecture="llama",
        weights=70_553_706_560,
        size=42_520_395_584,
        context=131072,
        licence="llama3.3",
        kind=LlamaFileType.MOSTLY_Q4_K_M,
        tensors=GGMLQuantizationType.Q4_K,
    ),
    ShelfModel(
        name="Mistral-Small-3.2-24B-Instruct-2506-UD-Q5_K_XL",
        title="Mistral Small 3.2 24B Instruct 2506",
        architecture="llama",
        weights=23_572_403_200,
        size=16_764_537_600,
        context=131072,
        licence="apache-2.0",
        kind=LlamaFileType.MOSTLY_Q5_K_M,
        tensors=GGMLQuantizationType.Q5_K,
    ),
    ShelfModel(
        name="Qwen3-4B-Instruct-2507-Q4_K_M",
        title="Qwen3 4B Instruct 2507",
        architecture="qwen3",
        weights=4_022_468_096,
        size=2_497_281_120,
        context=262144,
        licence="apache-2.0",
        kind=LlamaFileType.MOSTLY_Q4_K_M,
        tensors=GGMLQuantizationType.Q4_K,
    ),
)
"""By name. With 11 GiB of 12 free on a GPU and 10 of 15 in RAM each verdict is there."""
EIGHT_B = "Llama-3.1-8B-Instruct-Q4_K_M"
"""The one that has the shape which the scripted facts tell of every model."""
