"""What a GGUF file's name says, and names that can be told apart."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray.infrastructure.model_files.name import (
    ModelName,
    is_projector_name,
    model_name,
    part_paths,
)
from tray.infrastructure.model_files.unique_names import unique_names

FOLDER = Path("/m")


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Qwen3-8B-Q4_K_M.gguf", ModelName("Qwen3-8B-Q4_K_M")),
        ("a b é.GGUF", ModelName("a b é")),
        ("big-00002-of-00003.gguf", ModelName("big", 2, 3)),
        ("big-2-of-3.gguf", ModelName("big-2-of-3")),
        ("no ending", ModelName("no ending")),
        ("v1.5", ModelName("v1.5")),
    ],
)
def test_model_name(file: str, name: ModelName) -> None:
    assert model_name(FOLDER / file) == name


def test_any_part_leads_to_all_parts() -> None:
    parts = part_paths(FOLDER / "big-00002-of-00003.gguf")
    assert [path.name for path in parts] == [
        "big-00001-of-00003.gguf",
        "big-00002-of-00003.gguf",
        "big-00003-of-00003.gguf",
    ]
    assert part_paths(FOLDER / "small.gguf") == (FOLDER / "small.gguf",)


@pytest.mark.parametrize(
    ("file", "projector"),
    [
        ("mmproj-model-f16.gguf", True),
        ("gemma-3-4b-it-mmproj-BF16.gguf", True),
        ("MMPROJ.gguf", True),
        ("commproject.gguf", False),
        ("Qwen3.gguf", False),
    ],
)
def test_projectors_are_known_by_name(file: str, projector: bool) -> None:
    assert is_projector_name(FOLDER / file) is projector


def names(*paths: str) -> list[str]:
    return unique_names([(FOLDER, FOLDER / path) for path in paths])


def test_names_are_plain_where_they_can_be() -> None:
    assert names("a.gguf", "deep/b.gguf") == ["a", "b"]


def test_the_folder_tells_equal_names_apart() -> None:
    assert names("a.gguf", "x/a.gguf", "y/z/A.gguf") == ["a (m)", "a (x)", "A (y/z)"]


def test_the_repository_tells_hub_models_apart() -> None:
    snapshot = "models--{}--gguf/snapshots/0123abc/a.gguf"
    assert names(snapshot.format("ann"), snapshot.format("bob")) == ["a (ann/gguf)", "a (bob/gguf)"]


def test_a_file_named_demo_is_not_the_demo_model() -> None:
    assert names("demo.gguf") == ["demo (m)"]


def test_equal_whereabouts_get_numbers() -> None:
    pairs = [(Path("/one/m"), Path("/one/m/a.gguf")), (Path("/two/m"), Path("/two/m/a.gguf"))]
    assert unique_names(pairs) == ["a (m)", "a (m) #2"]


@given(st.lists(st.tuples(st.sampled_from("ab#"), st.sampled_from(["a", "A", "a (m)", "demo"]))))
def test_names_are_always_unique(files: list[tuple[str, str]]) -> None:
    found = names(*(f"{folder}/{stem}.gguf" for folder, stem in files))
    assert len({name.casefold() for name in found}) == len(files)
    assert "demo" not in found
