"""Which files go with a model, and when it is not deleted at all."""

from __future__ import annotations

import mmap
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gguf_files import write_gguf
from tray.infrastructure.desktop.trash import delete_for_good
from tray.infrastructure.model_files.folders import find_listed
from tray.infrastructure.model_files.mapped_file import maps_file
from tray.infrastructure.model_files.removal import removable_files
from tray.infrastructure.model_files.same_file import same_entry, same_file
from tray.models.failure import FailureCause, PaddockError
from tray.models.state import ModelId, ModelState, ServerPhase
from tray.services.removal import Removal


def names(files: tuple[Path, ...]) -> list[str]:
    return [file.name for file in files]


def test_parts_and_the_projector_go_together(tmp_path: Path) -> None:
    first = write_gguf(tmp_path / "a-00001-of-00002.gguf")
    write_gguf(tmp_path / "a-00002-of-00002.gguf")
    write_gguf(tmp_path / "mmproj-F16.gguf")
    assert names(removable_files(first)) == [
        "a-00002-of-00002.gguf",
        "a-00001-of-00002.gguf",
        "mmproj-F16.gguf",
    ]


def test_parts_that_could_not_go_are_listed_still_and_deleted_later(tmp_path: Path) -> None:
    parts = [write_gguf(tmp_path / f"big-0000{part}-of-00003.gguf") for part in (1, 2, 3)]
    desk = Desk(tmp_path)

    def full(files: tuple[Path, ...]) -> None:
        files[0].unlink()
        raise OSError("the trash is full")

    with pytest.raises(OSError, match="full"):
        replace(desk.removal, trash=full).remove("big", False)
    _, files = desk.removal.remove(str(parts[0]), True)
    assert files == 2
    assert list(tmp_path.iterdir()) == []


def test_a_projector_that_another_model_uses_stays(tmp_path: Path) -> None:
    model = write_gguf(tmp_path / "gemma-4b-Q4_K_M.gguf")
    write_gguf(tmp_path / "mmproj-gemma-4b-f16.gguf")
    write_gguf(tmp_path / "other.gguf")
    assert names(removable_files(model)) == ["gemma-4b-Q4_K_M.gguf", "mmproj-gemma-4b-f16.gguf"]
    write_gguf(tmp_path / "gemma-4b-Q8_0.gguf")
    assert names(removable_files(model)) == ["gemma-4b-Q4_K_M.gguf"]


def test_a_link_into_another_programs_cache_is_left(tmp_path: Path) -> None:
    real = write_gguf(tmp_path / "blob")
    link = tmp_path / "a.gguf"
    link.symlink_to(real)
    with pytest.raises(PaddockError) as caught:
        removable_files(link)
    assert "another program" in caught.value.failure.title
    assert real.exists()


class Desk:
    """A folder of models, a server's state, and where the files went."""

    def __init__(self, folder: Path) -> None:
        self.state = ModelState()
        self.trashed: list[Path] = []
        self.removal = Removal(
            lambda: self.state,
            lambda: find_listed((folder,)),
            removable_files,
            self.trashed.extend,
            delete_for_good,
            same_file,
            same_entry,
            maps_file,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    write_gguf(tmp_path / "a.gguf")
    write_gguf(tmp_path / "b.gguf")
    return Desk(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_path_means_its_file_however_it_is_spelled_but_no_other_link_to_it(
    desk: Desk, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (tmp_path / "x").mkdir()
    (elsewhere / "link").symlink_to(tmp_path)
    (elsewhere / "a.gguf").hardlink_to(tmp_path / "a.gguf")
    with pytest.raises(PaddockError):
        desk.removal.remove(str(elsewhere / "a.gguf"), False)
    desk.removal.remove(str(elsewhere / "link" / "a.gguf"), False)
    desk.removal.remove(str(tmp_path / "x" / ".." / "b.gguf"), False)
    assert desk.trashed == [tmp_path / "a.gguf", tmp_path / "b.gguf"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process maps")
def test_a_loaded_model_is_refused_after_it_was_renamed(desk: Desk, tmp_path: Path) -> None:
    was, now = tmp_path / "a.gguf", tmp_path / "another name.gguf"
    with was.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ):
        was.rename(now)
        desk.state = ModelState(
            phase=ServerPhase.READY, model=ModelId(name="a", path=was), pid=os.getpid()
        )
        with pytest.raises(PaddockError) as caught:
            desk.removal.remove("another name", True)
        assert caught.value.failure.cause is FailureCause.MODEL_IN_USE
        desk.removal.remove("b", False)
    assert now.exists()
    desk.removal.remove("another name", True)
    assert not now.exists()


@pytest.mark.parametrize("phase", list(ServerPhase))
def test_a_loaded_model_is_refused(desk: Desk, tmp_path: Path, phase: ServerPhase) -> None:
    path = tmp_path / "a.gguf"
    desk.state = ModelState(phase=phase, model=ModelId(name="a", path=path))
    if phase in (ServerPhase.STOPPED, ServerPhase.FAILED, ServerPhase.CLOSED):
        desk.removal.remove(str(path), False)
        assert desk.trashed == [path]
    else:
        with pytest.raises(PaddockError) as caught:
            desk.removal.remove(str(path), False)
        assert caught.value.failure.cause is FailureCause.MODEL_IN_USE
        assert desk.trashed == []
    desk.removal.remove("B", False)
    assert desk.trashed[-1] == tmp_path / "b.gguf"


def test_a_loaded_model_is_refused_however_its_path_is_spelled(desk: Desk, tmp_path: Path) -> None:
    link = tmp_path.with_name(f"{tmp_path.name}-link")
    link.symlink_to(tmp_path)
    (tmp_path / "x").mkdir()
    for path in (link / "a.gguf", tmp_path / "x" / ".." / "a.gguf"):
        desk.state = ModelState(phase=ServerPhase.READY, model=ModelId(name="a", path=path))
        with pytest.raises(PaddockError) as caught:
            desk.removal.remove(str(tmp_path / "a.gguf"), True)
        assert caught.value.failure.cause is FailureCause.MODEL_IN_USE
    assert (tmp_path / "a.gguf").exists()


def test_a_model_that_is_gone_is_known_by_its_path(tmp_path: Path) -> None:
    gone = tmp_path / "gone.gguf"
    assert same_file(gone, tmp_path / "gone.gguf")
    there = write_gguf(tmp_path / "there.gguf")
    assert not same_file(there, tmp_path / "a\0.gguf")
    assert not same_file(there, tmp_path / "a\ud800.gguf")
    assert not same_file(gone, write_gguf(tmp_path / "a.gguf"))


def test_nothing_but_a_listed_model_is_deleted(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    for wanted in (str(other), str(tmp_path), "../a", "demo", ""):
        with pytest.raises(PaddockError) as caught:
            desk.removal.remove(wanted, True)
        assert caught.value.failure.cause is FailureCause.MODEL_MISSING
        assert ("demo model" in caught.value.failure.title) == (wanted == "demo")
    assert other.exists()


def test_a_file_that_only_looks_like_a_model_is_deleted_too(desk: Desk, tmp_path: Path) -> None:
    broken = write_gguf(tmp_path / "cut.gguf", b"")
    half = write_gguf(tmp_path / "half-00001-of-00002.gguf")
    desk.removal.remove(str(broken), False)
    desk.removal.remove("half-00001-of-00002.gguf", False)
    assert desk.trashed == [broken, half]


def test_the_demo_model_is_not_said_to_be_missing_from_the_list(desk: Desk) -> None:
    with pytest.raises(PaddockError) as caught:
        desk.removal.remove("demo", True)
    assert caught.value.failure.title == "The demo model cannot be deleted"


def test_for_good_is_for_good(desk: Desk, tmp_path: Path) -> None:
    model, files = desk.removal.remove("a", True)
    assert (model.name, files) == ("a", 1)
    assert not (tmp_path / "a.gguf").exists()
    assert desk.trashed == []
