"""What a user calls a model, and what it leads to."""

from __future__ import annotations

from operator import eq
from pathlib import Path

import pytest

from tray.models.catalog import FoundModel
from tray.models.config import LlamaCppConfig
from tray.models.failure import FailureCause, PaddockError
from tray.services.model_choice import with_model

FOUND = (
    FoundModel(name="Qwen3-8B-Q4_K_M", path=Path("/m/Qwen3-8B-Q4_K_M.gguf"), size=1),
    FoundModel(name="tiny (org/repo)", path=Path("/hub/tiny.gguf"), size=1),
    FoundModel(name="odd.gguf", path=Path("/m/odd.gguf.gguf"), size=1),
)
OWN = LlamaCppConfig(model_path=Path("/own.gguf"), threads=2)


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (None, Path("/own.gguf")),
        ("demo", None),
        ("Qwen3-8B-Q4_K_M", Path("/m/Qwen3-8B-Q4_K_M.gguf")),
        ("qwen3-8b-q4_k_m", Path("/m/Qwen3-8B-Q4_K_M.gguf")),
        ("tiny (org/repo)", Path("/hub/tiny.gguf")),
        ("odd.gguf", Path("/m/odd.gguf.gguf")),
        ("other.gguf", Path("other.gguf")),
        ("~/models/x", Path("~/models/x")),
        ("C:\\models\\x.GGUF", Path("C:\\models\\x.GGUF")),
    ],
)
def test_a_model_is_found_by_name_before_it_is_a_path(
    wanted: str | None, path: Path | None
) -> None:
    chosen = with_model(OWN, wanted, lambda: FOUND, eq)
    assert chosen == OWN.model_copy(update={"model_path": path})


def test_a_file_that_was_found_has_the_path_it_was_found_by() -> None:
    def same(one: Path, other: Path) -> bool:
        return {one.as_posix(), other.as_posix()} == {"/hub/tiny.gguf", "/link/../hub/tiny.gguf"}

    chosen = with_model(OWN, "/link/../hub/tiny.gguf", lambda: FOUND, same)
    assert chosen.model_path == Path("/hub/tiny.gguf")
    assert with_model(OWN, "/a/b.gguf", lambda: FOUND, same).model_path == Path("/a/b.gguf")


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(PaddockError) as caught:
        with_model(OWN, "lama", lambda: FOUND, eq)
    failure = caught.value.failure
    assert failure.cause is FailureCause.MODEL_MISSING
    assert "lama" in failure.title
    assert all(name in failure.detail for name in ("demo", *(m.name for m in FOUND)))


@pytest.mark.parametrize("wanted", [None, "demo"])
def test_folders_are_not_searched_without_need(wanted: str | None) -> None:
    def search() -> tuple[FoundModel, ...]:
        raise AssertionError("searched")

    with_model(OWN, wanted, search, eq)
