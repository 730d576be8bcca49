"""What is known of models: real files, the real reading child, a kept index."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter, LlamaFileType

from tests.gguf_files import gguf, write_gguf, write_out
from tray.infrastructure.model_files.catalog import read_catalog
from tray.infrastructure.model_files.facts import FactsReader
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.own_program import own_command, program_folder
from tray.models.catalog import ModelCatalog, ModelFacts

COMMAND = own_command("model-reader")
OLDER = b'{"version": 2, "entries": {}}'
NOBODY = (sys.executable, "-c", "raise SystemExit('must not be asked')")
DEMO = program_folder() / "assets" / "demo_model" / "demo.gguf"


def write_model(path: Path, *, weights: int = 64, template: bool = True) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = GGUFWriter(path, "llama")
    writer.add_name("Tiny \x1b[31mred")
    writer.add_license("apache-2.0")
    writer.add_context_length(4096)
    writer.add_file_type(LlamaFileType.MOSTLY_Q4_K_M)
    if template:
        writer.add_chat_template("{{ messages }}")
    writer.add_tensor("a", np.zeros(weights, dtype=np.float32))
    write_out(writer)
    return path


def catalog(folder: Path, kept: Path, command: tuple[str, ...] = COMMAND) -> ModelCatalog:
    return read_catalog((folder,), ModelIndex(kept / "models.json", command))


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_what_a_file_says(models: Path, tmp_path: Path) -> None:
    path = write_model(models / "a" / "tiny.gguf")
    write_model(models / "b" / "plain.gguf", template=False)
    projector = write_gguf(models / "a" / "mmproj-F16.gguf", gguf(general__architecture="clip"))
    plain, tiny = catalog(models, tmp_path).models
    assert (tiny.name, tiny.path, tiny.projector) == ("tiny", path, projector)
    assert (tiny.projector_size, plain.projector_size) == (projector.stat().st_size, None)
    assert tiny.facts == ModelFacts(
        title="Tiny \\x1b[31mred",
        architecture="llama",
        parameters=64,
        quantization="Q4_K_M",
        context=4096,
        licence="apache-2.0",
        chat_template=True,
    )
    assert (plain.facts.chat_template, plain.projector) == (False, None)


def test_the_demo_model_is_read(models: Path, tmp_path: Path) -> None:
    write_gguf(models / "demo.gguf", DEMO.read_bytes())
    (demo,) = catalog(models, tmp_path).models
    assert (demo.facts.quantization, demo.facts.context) == ("Q8_0", 1024)


def test_weights_of_all_parts_count(models: Path, tmp_path: Path) -> None:
    write_model(models / "big-00001-of-00002.gguf", weights=10)
    write_model(models / "big-00002-of-00002.gguf", weights=5)
    (big,) = catalog(models, tmp_path).models
    assert (big.parts, big.facts.parameters) == (2, 15)


def test_broken_files_have_reasons_and_break_nothing(models: Path, tmp_path: Path) -> None:
    whole = write_model(models / "whole.gguf").read_bytes()
    write_gguf(models / "empty.gguf", b"")
    write_gguf(models / "other.gguf", b"hello, I am text")
    write_gguf(models / "pointer.gguf", b"version https://git-lfs.github.com/spec/v1\noid sha256:1")
    write_gguf(models / "turned.gguf", b"GGUF\0\0\0\3" + bytes(16))
    write_gguf(models / "old.gguf", b"GGUF" + bytes([1]) + bytes(19))
    write_gguf(models / "header.gguf", whole[:40])
    write_gguf(models / "half-00001-of-00002.gguf", whole)
    write_gguf(models / "weights.gguf", whole[:-100])
    write_gguf(models / "vocabulary.gguf")
    # A tensor count no file can hold, behind a good header.
    write_gguf(models / "count.gguf", whole[:8] + b"\xff" * 7 + b"\x00" + whole[16:])
    found = catalog(models, tmp_path)
    assert {broken.path.stem: broken.reason for broken in found.broken} == {
        "empty": "it is empty",
        "other": "it is not a GGUF file",
        "pointer": "it only points to the model, which Git LFS did not fetch",
        "turned": "it is for computers with another byte order (big-endian)",
        "old": "it says GGUF version 1, not 2 or 3",
        "header": "it is damaged or cut off in its header",
        "half-00001-of-00002": "one of its 2 files is missing: half-00002-of-00002.gguf",
    }
    problems = {model.name: model.facts.problem for model in found.models}
    assert problems["whole"] is None
    assert problems["weights"] == "it is incomplete: its last weights are missing"
    assert problems["vocabulary"] == "it describes a model and holds no weights of one"
    assert str(problems["count"]).startswith("it is damaged or cut off in its header")


def test_every_cut_has_a_reason_or_is_whole(models: Path, tmp_path: Path) -> None:
    whole = write_model(tmp_path / "whole.gguf").read_bytes()
    for length in range(4, len(whole), 7):
        write_gguf(models / f"cut-{length:04}.gguf", whole[:length])
    found = catalog(models, tmp_path)
    assert len(found.broken) + len(found.models) == len(range(4, len(whole), 7))
    assert all(model.facts.problem for model in found.models)
    assert all(broken.reason for broken in found.broken)


def test_what_is_known_is_not_read_again(models: Path, tmp_path: Path) -> None:
    path = write_model(models / "tiny.gguf")
    first = catalog(models, tmp_path)
    assert catalog(models, tmp_path, NOBODY) == first
    os.utime(path, ns=(1, 1))
    (changed,) = catalog(models, tmp_path, NOBODY).models
    assert changed.facts == ModelFacts.not_yet("the program that reads it crashed")


@pytest.mark.parametrize("content", [b"", b"\x00\xff", OLDER, b"[]"])
def test_a_damaged_index_is_made_anew(models: Path, tmp_path: Path, content: bytes) -> None:
    write_model(models / "tiny.gguf")
    first = catalog(models, tmp_path)
    (tmp_path / "models.json").write_bytes(content)
    assert catalog(models, tmp_path) == first
    assert catalog(models, tmp_path, NOBODY) == first


def test_an_index_that_cannot_be_kept_is_no_failure(models: Path, tmp_path: Path) -> None:
    write_model(models / "tiny.gguf")
    (tmp_path / "file").write_text("in the way")
    assert catalog(models, tmp_path / "file").models[0].facts.parameters == 64


def test_a_file_that_takes_too_long_does_not_stop_the_next(tmp_path: Path) -> None:
    slow = (
        "import sys, time\n"
        "for line in sys.stdin:\n"
        "    if 'slow' in line: time.sleep(600)\n"
        "    print('{}', flush=True)\n"
    )
    with FactsReader((sys.executable, "-c", slow), time_limit=3.0) as reader:
        assert reader.read((tmp_path / "good",)) == ModelFacts()
        slow_one = reader.read((tmp_path / "slow",))
        assert slow_one == ModelFacts.not_yet("reading it took longer than 3 s")
        assert reader.read((tmp_path / "good",)) == ModelFacts()


def test_known_models_are_listed_without_reading_them_again(models: Path, tmp_path: Path) -> None:
    for number in range(50):
        write_gguf(models / f"m{number}.gguf")
    first = catalog(models, tmp_path)
    assert len(first.models) == 50
    assert catalog(models, tmp_path, NOBODY) == first
