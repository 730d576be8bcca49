"""A projector goes to the models it is for, and to no other one of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gguf_files import header, string, u32, write_gguf
from tray.infrastructure.llama.launch import projector_file
from tray.infrastructure.llama.launch.projector_file import projector_beside
from tray.infrastructure.model_files.catalog import CatalogReading
from tray.infrastructure.model_files.gguf_header import GgufHeader, read_header
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.model_files.removal import removable_files
from tray.infrastructure.own_program import own_command
from tray.models.catalog import DescribedModel

CLIP = string("general.architecture", "clip")
TYPE = string("general.type", "mmproj")


def model(folder: Path, name: str, width: int) -> Path:
    pairs = (
        string("general.architecture", "qwen3"),
        u32("qwen3.block_count", 1),
        u32("qwen3.embedding_length", width),
    )
    return write_gguf(folder / f"{name}.gguf", header(*pairs))


def projector(folder: Path, name: str, width: int, kind: str = "vision") -> Path:
    pair = u32(f"clip.{kind}.projection_dim", width)
    return write_gguf(folder / f"{name}.gguf", header(CLIP, TYPE, pair))


def old_projector(folder: Path) -> Path:
    """LLaVA's: the number is CLIP's, and not the model's width."""
    pair = u32("clip.vision.projection_dim", 768)
    return write_gguf(folder / "mmproj-model-f16.gguf", header(CLIP, pair))


def listed(folder: Path) -> dict[str, str | None]:
    """By name of the model; the same before and after its file was read."""
    index = ModelIndex(folder / "models.json", own_command("model-reader"))
    reading = CatalogReading((folder,), index, {})
    at_once = named(reading.look().catalog.models)
    assert named(tuple(reading.read())) == at_once
    (folder / "models.json").unlink()
    return at_once


def named(models: tuple[DescribedModel, ...]) -> dict[str, str | None]:
    return {one.name: one.projector.stem if one.projector else None for one in models}


def test_a_projector_of_no_name_goes_to_the_models_of_its_width(tmp_path: Path) -> None:
    text = model(tmp_path, "text-Q4_K_M", 1024)
    seeing = [model(tmp_path, f"seeing-{quant}", 2048) for quant in ("Q4_K_M", "Q8_0")]
    mine = projector(tmp_path, "mmproj-F16", 2048)
    projector(tmp_path, "mmproj-BF16", 4096)
    assert projector_beside(text) is None
    assert [projector_beside(path) for path in seeing] == [mine, mine]
    assert listed(tmp_path) == {
        "text-Q4_K_M": None,
        "seeing-Q4_K_M": "mmproj-F16",
        "seeing-Q8_0": "mmproj-F16",
    }


def test_a_projector_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seeing = model(tmp_path, "seeing", 2048)
    mine = projector(tmp_path, "mmproj-F16", 2048)
    read: list[Path] = []

    def counted(path: Path) -> GgufHeader:
        read.append(path)
        return read_header(path)

    monkeypatch.setattr(projector_file, "read_header", counted)
    assert projector_beside(seeing) == mine
    assert sorted(read) == [mine, seeing]


def test_a_projector_of_the_models_name_comes_first(tmp_path: Path) -> None:
    named = model(tmp_path, "Qwen2.5-VL-7B-Q4_K_M", 2048)
    projector(tmp_path, "mmproj-F16", 2048)
    own = projector(tmp_path, "mmproj-Qwen2.5-VL-7B-f16", 2048)
    assert projector_beside(named) == own


def test_what_macos_keeps_beside_the_files_takes_no_projector_away(tmp_path: Path) -> None:
    for name in ("named-Q4_K_M", "llava-v1.5-7b"):
        one = model(tmp_path / name, name, 4096)
        mine = [old_projector(tmp_path / name)]
        if name.startswith("named"):
            mine = [mine[0].rename(mine[0].with_name("mmproj-named-f16.gguf"))]
        for file in (one, *mine):
            file.with_name(f"._{file.name}").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
        assert projector_beside(one) == mine[0]


def test_a_lone_model_does_not_get_the_projector_of_another_width(tmp_path: Path) -> None:
    text = model(tmp_path, "text", 1024)
    projector(tmp_path, "mmproj-F16", 2048)
    assert projector_beside(text) is None
    assert listed(tmp_path) == {"text": None}


def test_a_projector_for_sound_has_a_width_too(tmp_path: Path) -> None:
    hearing, text = model(tmp_path, "hearing", 2048), model(tmp_path, "text", 1024)
    mine = projector(tmp_path, "mmproj-F16", 2048, "audio")
    assert (projector_beside(hearing), projector_beside(text)) == (mine, None)


def test_a_projector_of_unknown_width_is_for_a_lone_model_only(tmp_path: Path) -> None:
    llava = model(tmp_path, "llava-v1.5-7b-Q4_K", 4096)
    mine = old_projector(tmp_path)
    assert projector_beside(llava) == mine
    assert listed(tmp_path) == {"llava-v1.5-7b-Q4_K": mine.stem}
    other = model(tmp_path, "other", 768)
    assert (projector_beside(llava), projector_beside(other)) == (None, None)
    assert set(listed(tmp_path).values()) == {None}


def test_the_parts_of_a_split_model_are_one_model(tmp_path: Path) -> None:
    first = model(tmp_path, "llava-00001-of-00002", 4096)
    model(tmp_path, "llava-00002-of-00002", 4096)
    mine = old_projector(tmp_path)
    assert projector_beside(first) == mine


def test_a_deleted_model_takes_only_its_own_projector_along(tmp_path: Path) -> None:
    text, seeing = model(tmp_path, "text", 1024), model(tmp_path, "seeing", 2048)
    mine = projector(tmp_path, "mmproj-F16", 2048)
    assert removable_files(text) == (text,)
    assert removable_files(seeing) == (seeing, mine)
    model(tmp_path, "seeing-too", 2048)
    assert removable_files(seeing) == (seeing,)
