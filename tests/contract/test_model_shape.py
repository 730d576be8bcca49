"""What of a GGUF decides its memory: right for real shapes, "not known" for what cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import fit_models
from tests.fit_models import Made
from tests.gguf_files import write_out
from tray.infrastructure.model_files.reader import read_facts
from tray.infrastructure.model_files.shape_windows import windowed_layers
from tray.models.config import LlamaCppConfig
from tray.models.model_shape import CachedLayers, ModelShape
from tray.services.memory_formula import memory_of


def shape_of(path: Path, made: Made) -> ModelShape | None:
    return read_facts((fit_models.write(path, made),)).shape


@pytest.mark.parametrize(
    ("make", "caches", "state"),
    [
        (fit_models.dense, (CachedLayers(count=6, key_width=128, value_width=128),), 0),
        (
            fit_models.windowed,
            (
                CachedLayers(count=10, key_width=512, value_width=512, windowed=True),
                CachedLayers(count=2, key_width=512, value_width=512),
            ),
            0,
        ),
        (fit_models.experts, (CachedLayers(count=4, key_width=128, value_width=128),), 0),
        (fit_models.recurrent, (), 10 * (3 + 16) * 1536),
        (
            fit_models.hybrid,
            (CachedLayers(count=2, key_width=128, value_width=128),),
            6 * (3 + 16) * 1024,
        ),
        (fit_models.latent, (CachedLayers(count=6, key_width=288, value_width=0),), 0),
    ],
)
def test_every_kind_of_cache_is_understood(
    tmp_path: Path,
    make: Callable[[], Made],
    caches: tuple[CachedLayers, ...],
    state: int,
) -> None:
    path = tmp_path / "m.gguf"
    shape = shape_of(path, make())
    assert shape is not None
    assert set(shape.caches or ()) == set(caches)
    assert shape.state_width == state
    weights = memory_of(shape, LlamaCppConfig(), 4096).weights
    assert weights == pytest.approx(path.stat().st_size, rel=0.01)
    assert shape.tied is (make is fit_models.windowed)
    # Four layers with three matrices of eight experts in F16.
    assert shape.expert_bytes == (4 * 3 * 8 * 768 * 512 * 2 if make is fit_models.experts else 0)


def test_a_cache_of_its_own_kind_is_not_known(tmp_path: Path) -> None:
    made = replace(fit_models.latent(layers=1), architecture="deepseek32")
    shape = shape_of(tmp_path / "m.gguf", made)
    assert shape is not None
    assert shape.caches is None
    assert memory_of(shape, LlamaCppConfig(), 4096).cache is None


HOSTILE = (
    {"block_count": 0},
    {"block_count": 2**32 - 1},
    {"block_count": -5},
    {"block_count": float("nan")},
    {"block_count": "six"},
    {"embedding_length": 0},
    {"embedding_length": 2**63},
    {"embedding_length": float("inf")},
    {"attention.head_count": 2**40},
    {"attention.head_count": -1},
    {"attention.head_count": [2**30] * 6},
    {"attention.head_count_kv": float("nan")},
    {"attention.key_length": 2**62},
    {"attention.sliding_window": -7},
    {"attention.sliding_window": 2**63},
    {"feed_forward_length": 2**63},
    {"expert_used_count": 2**31},
    {"ssm.state_size": 2**63},
    {"ssm.inner_size": -1},
    {"context_length": 2**63},
)


@pytest.mark.parametrize("lies", HOSTILE, ids=str)
def test_what_cannot_be_true_is_not_known_and_nothing_absurd(
    tmp_path: Path, lies: dict[str, object]
) -> None:
    path = lying(tmp_path / "m.gguf", lies)
    facts = read_facts((path,))
    assert facts.problem is None
    if facts.shape is None:
        return
    memory = memory_of(facts.shape, LlamaCppConfig(), 1 << 20)
    parts = (memory.weights, memory.compute, memory.cache or 0)
    # Weights are what the file holds; the rest cannot pass what a real giant takes.
    assert memory.weights < path.stat().st_size
    assert all(0 <= part < 1 << 46 for part in parts)


def lying(path: Path, lies: dict[str, object]) -> Path:
    """A small model whose header says these things beside the truth."""
    writer = GGUFWriter(path, "llama")
    true: dict[str, object] = {
        "block_count": 6,
        "embedding_length": 64,
        "attention.head_count": 4,
        "feed_forward_length": 128,
    }
    for key, value in (true | lies).items():
        name = f"llama.{key}"
        if isinstance(value, str):
            writer.add_string(name, value)
        elif isinstance(value, list):
            writer.add_array(name, value)
        elif isinstance(value, float):
            writer.add_float64(name, value)
        elif isinstance(value, int) and value < 0:
            writer.add_int64(name, value)
        elif isinstance(value, int):
            writer.add_uint64(name, value)
    writer.add_tensor("token_embd.weight", np.zeros((10, 64), dtype=np.float32))
    for layer in (0, 5, 6, 9999):
        writer.add_tensor(f"blk.{layer}.attn_qkv.weight", np.zeros((96, 64), dtype=np.float32))
        writer.add_tensor(f"blk.{layer}.ssm_conv1d.weight", np.zeros((4, 8), dtype=np.float32))
    writer.add_tensor("blk.1.attn_qkv.weight", np.zeros((96, 64), dtype=np.float32))
    write_out(writer)
    return path


@settings(max_examples=300)
@given(
    architecture=st.sampled_from(("gemma3", "gpt-oss", "llama4", "smallthinker", "new")),
    layers=st.integers(1, 100),
    window=st.none() | st.integers(1, 1 << 24),
    pattern=st.none()
    | st.integers(-(2**63), 2**63)
    | st.floats()
    | st.text()
    | st.lists(st.booleans() | st.integers(-3, 3) | st.floats(), max_size=300),
)
def test_any_pattern_names_layers_that_are_there(
    architecture: str, layers: int, window: int | None, pattern: object
) -> None:
    found = windowed_layers(architecture, layers, window, pattern)
    assert found <= set(range(layers))
