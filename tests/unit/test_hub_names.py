"""What a user may write, and which files of a repository it means."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tray.infrastructure.hub.address import hub_request
from tray.infrastructure.hub.choice import chosen_files, model_paths
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.infrastructure.llama.projectors import projector_for
from tray.models.download import HubFile, HubRequest
from tray.models.failure import FailureCause, PaddockError

REPOSITORY = "ann/tiny-GGUF"
PAGE = f"https://huggingface.co/{REPOSITORY}"


@pytest.mark.parametrize(
    ("what", "revision", "wanted"),
    [
        (REPOSITORY, "main", None),
        (f"  {REPOSITORY}\n", "main", None),
        (f"{REPOSITORY}:Q4_K_M", "main", "Q4_K_M"),
        (f"{REPOSITORY}:sub/a.gguf", "main", "sub/a.gguf"),
        (f"hf.co/{REPOSITORY}:Q8_0", "main", "Q8_0"),
        (PAGE, "main", None),
        (f"{PAGE}/", "main", None),
        (f"{PAGE}?library=llama.cpp", "main", None),
        (f"{PAGE}/tree/main", "main", None),
        (f"{PAGE}/tree/v2/sub", "v2", None),
        (f"{PAGE}/discussions/3", "main", None),
        (f"{PAGE}/blob/main/a%20b.gguf", "main", "a b.gguf"),
        (f"{PAGE}/resolve/abc123/sub/a.gguf?download=true", "abc123", "sub/a.gguf"),
        (f"http://hf.co/{REPOSITORY}", "main", None),
        (f"https://mirror.example/{REPOSITORY}/blob/main/a.gguf", "main", "a.gguf"),
    ],
)
def test_every_way_to_name_a_model(what: str, revision: str, wanted: str | None) -> None:
    expected = HubRequest(repository=REPOSITORY, revision=revision, wanted=wanted)
    assert hub_request(what, "https://mirror.example") == expected


@pytest.mark.parametrize(
    "what",
    [
        "",
        "tiny",
        "a/b/c",
        "../etc",
        "a/..",
        "ann/x\x1b[31m",
        "https://example.org/ann/tiny",
        "file:///etc/passwd",
        "https://huggingface.co/datasets/ann/tiny",
        "https://huggingface.co/ann",
        "https://[",
        f"{PAGE}/blob/..%2f../a.gguf",
    ],
)
def test_what_names_no_model(what: str) -> None:
    with pytest.raises(PaddockError) as caught:
        hub_request(what, HUGGING_FACE)
    assert caught.value.failure.cause is FailureCause.DOWNLOAD_REFUSED
    assert "\x1b" not in str(caught.value)


def chosen(paths: list[str], wanted: str | None = None) -> list[str]:
    files = tuple(HubFile(path=path, size=1, sha256="0" * 64) for path in paths)
    request = HubRequest(repository=REPOSITORY, wanted=wanted)
    return [file.path for file in chosen_files(files, request)]


MANY = ["a-Q4_K_M.gguf", "a-Q8_0.gguf", "a-IQ4_XS.gguf", "mmproj-a-f16.gguf"]
SPLIT = ["Q8/a-Q8_0-00001-of-00002.gguf", "Q8/a-Q8_0-00002-of-00002.gguf", "a-Q2_K.gguf"]


@pytest.mark.parametrize(
    ("paths", "wanted", "expected"),
    [
        (["odd.gguf"], None, ["odd.gguf"]),
        (MANY, None, [MANY[0], MANY[3]]),
        (MANY, "q8_0", [MANY[1], MANY[3]]),
        (MANY, "a-IQ4_XS.gguf", [MANY[2], MANY[3]]),
        (SPLIT, None, SPLIT[:2]),
        (SPLIT, "Q8_0", SPLIT[:2]),
        (SPLIT, SPLIT[1], SPLIT[:2]),
        (SPLIT, "a-Q2_K.gguf", ["a-Q2_K.gguf"]),
        ([*SPLIT, "Q8/a-Q8_0.gguf"], "Q8_0", ["Q8/a-Q8_0.gguf"]),
        ([*SPLIT, "mmproj-F16.gguf"], "Q8_0", [*SPLIT[:2], "mmproj-F16.gguf"]),
    ],
)
def test_the_files_that_are_meant(
    paths: list[str], wanted: str | None, expected: list[str]
) -> None:
    assert chosen(paths, wanted) == expected


@pytest.mark.parametrize(
    ("paths", "wanted", "words"),
    [
        ([], None, "no GGUF"),
        (["mmproj-a.gguf"], None, "no GGUF"),
        (["a-Q2_K.gguf", "a-Q3_K_S.gguf"], None, "Which of its files"),
        (MANY, "Q5_0", "no such file"),
        (["x/a-Q8_0.gguf", "y/a-Q8_0.gguf"], "Q8_0", "Several files"),
        (SPLIT[:1], None, "incomplete"),
        ([".hidden.gguf", "a\\b.gguf", "c:d.gguf", "..gguf", "x" * 200 + ".gguf"], None, "no GGUF"),
    ],
)
def test_what_cannot_be_chosen_is_said(paths: list[str], wanted: str | None, words: str) -> None:
    with pytest.raises(PaddockError) as caught:
        chosen(paths, wanted)
    assert words in str(caught.value)


def sized(sizes: dict[str, int]) -> tuple[HubFile, ...]:
    return tuple(HubFile(path=path, size=size, sha256="0" * 64) for path, size in sizes.items())


@pytest.mark.parametrize(
    "matrix", ["a.imatrix.gguf", "a-imatrix.gguf", "imatrix.GGUF", "x/a_Imatrix.gguf"]
)
def test_an_importance_matrix_is_no_model(matrix: str) -> None:
    files = sized({"a-i1-IQ2_XS.gguf": 2 << 30, matrix: 60 << 20})
    assert model_paths(files) == ["a-i1-IQ2_XS.gguf"]
    only = chosen_files(files, HubRequest(repository=REPOSITORY))
    assert [file.path for file in only] == ["a-i1-IQ2_XS.gguf"]


def test_a_model_that_is_named_as_an_importance_matrix_is_one_by_its_size() -> None:
    files = sized({"a-Q2_K-imatrix.gguf": 80 << 30, "a-Q4_K-imatrix.gguf": 150 << 30})
    assert model_paths(files) == ["a-Q2_K-imatrix.gguf", "a-Q4_K-imatrix.gguf"]
    assert model_paths(files[:1]) == ["a-Q2_K-imatrix.gguf"]


@pytest.mark.parametrize(
    ("model", "names", "expected"),
    [
        ("a.gguf", (), None),
        ("a.gguf", ("b.gguf",), None),
        ("a.gguf", ("mmproj-F16.gguf", "mmproj-BF16.gguf"), "mmproj-BF16.gguf"),
        ("a.gguf", ("mmproj-model-f16.gguf",), "mmproj-model-f16.gguf"),
        (
            "gemma-3-4b-it-Q4_K_M.gguf",
            ("mmproj-gemma-3-4b-it-f16.gguf",),
            "mmproj-gemma-3-4b-it-f16.gguf",
        ),
        ("other-Q4_K_M.gguf", ("mmproj-gemma-3-4b-it-f16.gguf",), None),
        ("Gemma-Q4_0.gguf", ("gemma-mmproj-f16.gguf",), "gemma-mmproj-f16.gguf"),
    ],
)
def test_whose_projector_it_is(model: str, names: tuple[str, ...], expected: str | None) -> None:
    assert projector_for(PurePosixPath(model), names) == expected
