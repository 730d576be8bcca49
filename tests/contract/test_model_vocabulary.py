"""Vocabularies of any length are passed over, and hostile ones have a reason."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from gguf import GGUFReader

from tests.gguf_files import ARRAY, F32, STRING, array, header, string, text, u32, write_gguf
from tray.infrastructure.model_files.reader import NO_WEIGHTS, read_facts
from tray.models.catalog import ModelFacts

ARCHITECTURE = string("general.architecture", "gemma4")
TOKENS, MERGES = 262_144, 514_906
MOST_LOOKS = 1000
FLOAT = struct.pack("<f", -1.0)


@pytest.fixture
def few_looks() -> Iterator[None]:
    """Whoever makes an object of every entry does not get far."""
    looks = iter(range(MOST_LOOKS))
    get = GGUFReader._get

    def counted(reader: GGUFReader, *arguments: Any, **named: Any) -> Any:
        assert next(looks, None) is not None, "too many looks"
        return get(reader, *arguments, **named)

    with patch.object(GGUFReader, "_get", counted):
        yield


def vocabulary(tokens: int, merges: int) -> tuple[bytes, ...]:
    return (
        array("tokenizer.ggml.tokens", STRING, tokens, text("▁token") * tokens),
        array("tokenizer.ggml.scores", F32, tokens, FLOAT * tokens),
        array("tokenizer.ggml.merges", STRING, merges, text("to ken") * merges),
    )


@pytest.mark.usefixtures("few_looks")
def test_the_largest_vocabularies_are_passed_over_without_a_look_at_each_entry(
    tmp_path: Path,
) -> None:
    pairs = (
        ARCHITECTURE,
        *vocabulary(TOKENS, MERGES),
        u32("gemma4.context_length", 4096),
        string("tokenizer.chat_template", "{{ messages }}"),
    )
    path = write_gguf(tmp_path / "m.gguf", header(*pairs))
    assert read_facts((path,)) == ModelFacts(
        architecture="gemma4", context=4096, chat_template=True, problem=NO_WEIGHTS
    )


def test_a_vocabulary_that_is_cut_anywhere_has_a_reason(tmp_path: Path) -> None:
    whole = header(ARCHITECTURE, *vocabulary(5000, 5000))
    assert read_facts((write_gguf(tmp_path / "m.gguf", whole),)).problem == NO_WEIGHTS
    for length in range(100, len(whole), 997):
        assert_broken(write_gguf(tmp_path / "m.gguf", whole[:length]))
    assert_broken(write_gguf(tmp_path / "m.gguf", whole[:-1]))


def nested(depth: int) -> bytes:
    return struct.pack("<IQ", ARRAY, 1) * depth


@pytest.mark.parametrize(
    ("kind", "count", "entries"),
    [
        (STRING, 1 << 40, text("a") * 9000),
        (STRING, (1 << 64) - 1, b""),
        (STRING, 5000, struct.pack("<Q", (1 << 64) - 1) * 5000),
        (STRING, 5000, struct.pack("<Q", 1 << 62) + text("a") * 5000),
        (F32, 1 << 40, FLOAT * 5000),
        (F32, 1 << 62, b""),
        (F32, (1 << 64) - 1, FLOAT),
        (12, 5001, bytes(40_000)),
        (77, 5000, bytes(40_000)),
        (ARRAY, 1 << 40, struct.pack("<IQ", F32, 1) + FLOAT),
        (ARRAY, 1, nested(10_000)),
        (ARRAY, 1 << 63, struct.pack("<IQ", STRING, 1 << 63)),
    ],
)
def test_an_array_that_cannot_be_true_has_a_reason_at_once(
    tmp_path: Path, kind: int, count: int, entries: bytes
) -> None:
    pair = array("tokenizer.ggml.tokens", kind, count, entries)
    assert_broken(write_gguf(tmp_path / "m.gguf", header(ARCHITECTURE, pair)))


def assert_broken(path: Path) -> None:
    assert str(read_facts((path,)).problem).startswith("it is damaged or cut off in its header")
