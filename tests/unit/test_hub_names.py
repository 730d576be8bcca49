"""What a user may write, and which files of a repository it means."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from tray.infrastructure.hub.address import asking_for, hub_request
from tray.infrastructure.hub.choice import chosen_files, model_paths
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.infrastructure.hub.listing import offered
from tray.infrastructure.hub.repository import Repository
from tray.infrastructure.model_files.projectors import projector_for
from tray.models.download import HubFile, HubRequest
from tray.models.failure import FailureCause, PaddockError

REPOSITORY = "ann/tiny-GGUF"
PAGE = f"https://huggingface.co/{REPOSITORY}"


@pytest.mark.parametrize(
    "what",
    [
        f"https://mirror.example/hub/of/{REPOSITORY}/blob/main/a.gguf",
        f"mirror.example/hub/of/{REPOSITORY}:a.gguf",
        f"{PAGE}/resolve/main/a.gguf",
        f"{REPOSITORY}:a.gguf",
    ],
)
def test_a_mirror_may_be_a_part_of_a_host(what: str) -> None:
    expected = HubRequest(repository=REPOSITORY, wanted="a.gguf")
    assert hub_request(what, "https://mirror.example/hub/of") == expected


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
        (f"{PAGE}?show_file_info=a-Q8_0.gguf", "main", "a-Q8_0.gguf"),
        (f"{PAGE}/tree/v2/sub?show_file_info=sub%2Fa.gguf", "v2", "sub/a.gguf"),
        (f"{PAGE}?show_file_info=config.json", "main", None),
        (f"{PAGE}/resolve/refs/pr/3/a.gguf", "refs/pr/3", "a.gguf"),
        (f"{PAGE}/blob/refs%2Fpr%2F3/sub/a.gguf", "refs/pr/3", "sub/a.gguf"),
        (f"{PAGE}/tree/refs%2Fconvert%2Fgguf", "refs/convert/gguf", None),
        (f"{PAGE}/blob/feature%2Fx/a.gguf", "feature/x", "a.gguf"),
        (f"{PAGE}/discussions/3", "main", None),
        (f"{PAGE}/blob/main/a%20b.gguf", "main", "a b.gguf"),
        (f"{PAGE}/resolve/abc123/sub/a.gguf?download=true", "abc123", "sub/a.gguf"),
        (f"http://hf.co/{REPOSITORY}", "main", None),
        (f"{REPOSITORY}/", "main", None),
        (f"{REPOSITORY}/:Q8_0", "main", "Q8_0"),
        (f"HuggingFace.co/{REPOSITORY}", "main", None),
        (f"HTTPS://HuggingFace.co/{REPOSITORY}", "main", None),
        (f"mirror.example/{REPOSITORY}:Q8_0", "main", "Q8_0"),
        (f"https://mirror.example/{REPOSITORY}/blob/main/a.gguf", "main", "a.gguf"),
    ],
)
def test_every_way_to_name_a_model(what: str, revision: str, wanted: str | None) -> None:
    expected = HubRequest(repository=REPOSITORY, revision=revision, wanted=wanted)
    assert hub_request(what, "https://mirror.example") == expected


def test_a_link_to_a_folder_names_the_folder() -> None:
    expected = HubRequest(repository=REPOSITORY, revision="v2", folder="sub/UD-IQ1_S")
    assert hub_request(f"{PAGE}/tree/v2/sub/UD-IQ1_S/", HUGGING_FACE) == expected


@pytest.mark.parametrize("revision", ["main", "v2", "refs/pr/3"])
@pytest.mark.parametrize("path", ["a.gguf", "sub folder/a #1 %20 100%.gguf"])
def test_what_asks_for_a_file_is_understood(revision: str, path: str) -> None:
    request = HubRequest(repository=REPOSITORY, revision=revision)
    wanted = request.model_copy(update={"wanted": path})
    assert hub_request(asking_for(request, path), HUGGING_FACE) == wanted


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
        "example.org/ann/tiny",
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


def sized(sizes: dict[str, int]) -> tuple[HubFile, ...]:
    return tuple(HubFile(path=path, size=size, sha256="0" * 64) for path, size in sizes.items())


def chosen(paths: list[str], wanted: str | None = None, folder: str | None = None) -> list[str]:
    files = sized(dict.fromkeys(paths, 1))
    request = HubRequest(repository=REPOSITORY, wanted=wanted, folder=folder)
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
        (
            [
                ".hidden.gguf",
                "a\\b.gguf",
                "c:d.gguf",
                "..gguf",
                "nul.gguf",
                "Aux.Q4_0.gguf",
                "x" * 200 + ".gguf",
            ],
            None,
            "no GGUF",
        ),
    ],
)
def test_what_cannot_be_chosen_is_said(paths: list[str], wanted: str | None, words: str) -> None:
    with pytest.raises(PaddockError) as caught:
        chosen(paths, wanted)
    assert words in str(caught.value)


FOLDERS = [
    "a-Q4_K_M.gguf",
    "Q8_0/a-00001-of-00002.gguf",
    "Q8_0/a-00002-of-00002.gguf",
    "low/a-IQ1_S.gguf",
    "low/a-IQ2_XS.gguf",
    "mmproj-F16.gguf",
]


def test_a_folder_keeps_the_choice_to_what_is_in_it() -> None:
    assert chosen(FOLDERS, folder="Q8_0") == [*FOLDERS[1:3], "mmproj-F16.gguf"]
    assert chosen(FOLDERS)[0] == "a-Q4_K_M.gguf"


@pytest.mark.parametrize(
    ("folder", "offers", "words"),
    [
        ("low", FOLDERS[3:5], "Which of its files"),
        ("lo", [FOLDERS[0], FOLDERS[1], *FOLDERS[3:5]], "no model in this folder"),
    ],
)
def test_a_folder_that_leaves_the_choice_open_is_refused_with_an_offer(
    folder: str, offers: list[str], words: str
) -> None:
    with pytest.raises(PaddockError) as caught:
        chosen(FOLDERS, folder=folder)
    assert words in caught.value.failure.title
    listed = caught.value.failure.detail.splitlines()[1:]
    assert sorted(listed) == sorted(f"  {REPOSITORY}:{path}" for path in offers)


def test_the_offer_of_a_folder_is_what_is_in_it(tmp_path: Path) -> None:
    repository = Repository(REPOSITORY, "a" * 40, sized(dict.fromkeys(FOLDERS, 1)))
    request = HubRequest(repository=REPOSITORY, revision="refs/pr/3", folder="low")
    offer = offered(repository, request, tmp_path)
    page = f"{PAGE}/blob/refs%2Fpr%2F3"
    assert [choice.what for choice in offer.choices] == [f"{page}/{p}" for p in FOLDERS[3:5]]
    assert offer.usual is None


@pytest.mark.parametrize(
    "matrix", ["a.imatrix.gguf", "a-imatrix.gguf", "imatrix.GGUF", "x/a_Imatrix.gguf"]
)
def test_an_importance_matrix_is_no_model(matrix: str) -> None:
    files = sized({"a-i1-IQ2_XS.gguf": 2 << 30, matrix: 60 << 20})
    assert model_paths(files, None) == ["a-i1-IQ2_XS.gguf"]
    only = chosen_files(files, HubRequest(repository=REPOSITORY))
    assert [file.path for file in only] == ["a-i1-IQ2_XS.gguf"]


def test_a_model_that_is_named_as_an_importance_matrix_is_one_by_its_size() -> None:
    files = sized({"a-Q2_K-imatrix.gguf": 80 << 30, "a-Q4_K-imatrix.gguf": 150 << 30})
    assert model_paths(files, None) == ["a-Q2_K-imatrix.gguf", "a-Q4_K-imatrix.gguf"]
    assert model_paths(files[:1], None) == ["a-Q2_K-imatrix.gguf"]


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
        ("gemma-Q4_0.gguf", ("mmproj-F16.gguf", "mmproj-gemma.gguf"), "mmproj-gemma.gguf"),
        (
            "gemma-4b-Q4_0.gguf",
            ("mmproj-gemma.gguf", "mmproj-gemma-4b.gguf"),
            "mmproj-gemma-4b.gguf",
        ),
    ],
)
def test_whose_projector_it_is(model: str, names: tuple[str, ...], expected: str | None) -> None:
    assert projector_for(PurePosixPath(model), names) == expected
