"""Model paths are checked before anything is spawned, and the failure names the path."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.gguf_files import gguf, write_gguf
from tray.infrastructure.model_files.resolve import resolve_model
from tray.models.failure import FailureCause, PaddockError, ServerFailure


def resolve(path: Path | str, folder: Path) -> Path:
    return resolve_model(Path(path), home=folder / "home", model_folder=folder / "models")


def failure_of(path: Path | str, folder: Path) -> ServerFailure:
    with pytest.raises(PaddockError) as caught:
        resolve(path, folder)
    return caught.value.failure


@pytest.mark.parametrize(
    "name", ["plain.gguf", "with space.gguf", "modèle-日本語-🦙.gguf", "no-ending"]
)
def test_an_absolute_path(tmp_path: Path, name: str) -> None:
    path = write_gguf(tmp_path / name)
    assert resolve(path, tmp_path) == path


def test_home_and_relative_paths(tmp_path: Path) -> None:
    at_home = write_gguf(tmp_path / "home" / "x" / "a.gguf")
    own = write_gguf(tmp_path / "models" / "sub" / "b.gguf")
    assert resolve("~/x/a.gguf", tmp_path) == at_home
    assert resolve("sub/b.gguf", tmp_path) == own


@pytest.mark.parametrize(
    ("content", "cause", "title"),
    [
        (b"", FailureCause.MODEL_CORRUPT, "empty"),
        (b"GG", FailureCause.MODEL_CORRUPT, "incomplete"),
        (gguf()[:20], FailureCause.MODEL_CORRUPT, "incomplete"),
        (gguf()[:-1], FailureCause.MODEL_CORRUPT, "incomplete"),
        (b"PK\x03\x04 a zip file", FailureCause.MODEL_UNSUPPORTED, "not a GGUF"),
        (b"version https://git-lfs", FailureCause.MODEL_UNSUPPORTED, "was not fetched"),
        (b"GGUF\0\0\0\3" + bytes(16), FailureCause.MODEL_UNSUPPORTED, "another kind of computer"),
        (gguf(version=1), FailureCause.MODEL_UNSUPPORTED, "another GGUF version"),
        (gguf(version=99), FailureCause.MODEL_UNSUPPORTED, "another GGUF version"),
        (gguf(general__architecture="clip"), FailureCause.MODEL_UNSUPPORTED, "not a language"),
        (gguf(general__type="adapter"), FailureCause.MODEL_UNSUPPORTED, "not a language"),
    ],
)
def test_files_that_are_no_models(
    tmp_path: Path, content: bytes, cause: FailureCause, title: str
) -> None:
    path = write_gguf(tmp_path / "x.gguf", content)
    failure = failure_of(path, tmp_path)
    assert failure.cause is cause
    assert title in failure.title
    assert str(path) in failure.detail


def test_missing_file_and_folder(tmp_path: Path) -> None:
    missing = failure_of(tmp_path / "x.gguf", tmp_path)
    assert missing.cause is FailureCause.MODEL_MISSING
    assert str(tmp_path / "x.gguf") in missing.detail
    folder = failure_of(tmp_path, tmp_path)
    assert folder.cause is FailureCause.MODEL_MISSING
    assert "folder" in folder.title


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_are_followed_but_kept(tmp_path: Path) -> None:
    blob = write_gguf(tmp_path / "blobs" / "0123")
    link = tmp_path / "a.gguf"
    link.symlink_to(blob)
    assert resolve(link, tmp_path) == link
    blob.unlink()
    failure = failure_of(link, tmp_path)
    assert failure.cause is FailureCause.MODEL_MISSING
    assert str(blob) in failure.detail


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_to_itself(tmp_path: Path) -> None:
    link = tmp_path / "loop.gguf"
    link.symlink_to(link)
    assert failure_of(link, tmp_path).cause is FailureCause.MODEL_MISSING


def test_a_name_too_long_for_the_system(tmp_path: Path) -> None:
    failure = failure_of(tmp_path / ("x" * 300 + ".gguf"), tmp_path)
    assert failure.cause in (FailureCause.MODEL_UNREADABLE, FailureCause.MODEL_MISSING)


@pytest.mark.skipif(sys.platform == "win32", reason="chmod does not hide a file there")
def test_an_unreadable_file(tmp_path: Path) -> None:
    # Permissions do not bind root; a file that fails to be read does.
    is_root = sys.platform != "win32" and os.geteuid() == 0
    path = Path("/proc/self/mem") if is_root else write_gguf(tmp_path / "x.gguf")
    if not is_root:
        path.chmod(0)
    failure = failure_of(path, tmp_path)
    assert failure.cause is FailureCause.MODEL_UNREADABLE
    assert str(path) in failure.detail


def test_a_path_that_is_not_text(tmp_path: Path) -> None:
    failure = failure_of(str(tmp_path / "x\udcff.gguf"), tmp_path)
    assert failure.cause is FailureCause.MODEL_UNREADABLE
    assert failure.model_dump_json()


def test_split_models(tmp_path: Path) -> None:
    first = write_gguf(tmp_path / "big-00001-of-00003.gguf")
    write_gguf(tmp_path / "big-00003-of-00003.gguf")
    second = tmp_path / "big-00002-of-00003.gguf"
    failure = failure_of(first, tmp_path)
    assert failure.cause is FailureCause.MODEL_MISSING
    assert str(second) in failure.detail
    assert "number 2" in failure.detail
    write_gguf(second)
    assert resolve(first, tmp_path) == first
    assert resolve(second, tmp_path) == first
