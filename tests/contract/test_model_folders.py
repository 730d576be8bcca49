"""Models found in real folders: caches, links, splits, leftovers."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from tests.gguf_files import gguf, write_gguf
from tray.infrastructure.hub.part_file import part_path
from tray.infrastructure.model_files import folders as model_folders
from tray.infrastructure.model_files.catalog import read_catalog
from tray.infrastructure.model_files.folders import DEEPEST, find_models, search_models
from tray.infrastructure.model_files.index import ModelIndex
from tray.infrastructure.model_files.removal import removable_files
from tray.infrastructure.own_program import own_command
from tray.models.catalog import CatalogLook
from tray.models.config import LlamaCppConfig
from tray.services.list_fit import ListFit
from tray.ui.model_words import CUT, shelf
from tray.ui.terminal.model_reports import catalog_text

READER = own_command("model-reader")
FITS = ListFit(LlamaCppConfig(), (), None)


def names(*folders: Path) -> list[str]:
    return [model.name for model in find_models(folders)]


def test_models_are_found_and_sorted(tmp_path: Path) -> None:
    content = gguf(general__architecture="llama", general__type="model")
    path = write_gguf(tmp_path / "deep" / "er" / "b model é.GGUF", content)
    write_gguf(tmp_path / "C.gguf")
    write_gguf(tmp_path / "a.gguf")
    found = find_models((tmp_path,))
    assert [model.name for model in found] == ["a", "b model é", "C"]
    assert (found[1].path, found[1].size, found[1].parts) == (path, len(content), 1)


def test_missing_and_empty_folders_are_fine(tmp_path: Path) -> None:
    assert find_models(()) == ()
    assert find_models((tmp_path, tmp_path / "nowhere")) == ()


def test_what_is_not_a_model_is_passed_over(tmp_path: Path) -> None:
    write_gguf(tmp_path / "mmproj-a-f16.gguf")
    write_gguf(tmp_path / "vision.gguf", gguf(general__architecture="clip"))
    write_gguf(tmp_path / "lora.gguf", gguf(general__type="adapter"))
    write_gguf(tmp_path / "text.gguf", b"not one")
    write_gguf(tmp_path / "empty.gguf", b"")
    write_gguf(tmp_path / "x.gguf.part")
    write_gguf(tmp_path / "x.gguf.incomplete")
    write_gguf(tmp_path / "x.gguf.downloadInProgress")
    write_gguf(tmp_path / ".hidden" / "x.gguf")
    (tmp_path / "folder.gguf").mkdir()
    write_gguf(tmp_path / "real.gguf")
    assert names(tmp_path) == ["real"]


def test_a_folder_may_be_called_as_a_model_is(tmp_path: Path) -> None:
    write_gguf(tmp_path / "ann" / "tiny-iMat.GGUF" / "tiny-q4.gguf")
    assert names(tmp_path) == ["tiny-q4"]


def test_what_macos_keeps_beside_a_file_is_nothing(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a.gguf")
    write_gguf(tmp_path / "._a.gguf", b"\0\5\x16\7\0\2\0\0Mac OS X")
    found = search_models((tmp_path,))
    assert [model.name for model in found.models] == ["a"]
    assert found.broken == ()


def test_a_split_model_is_one_model_if_complete(tmp_path: Path) -> None:
    for part in (1, 2, 3):
        write_gguf(tmp_path / f"big-0000{part}-of-00003.gguf")
    write_gguf(tmp_path / "half-00001-of-00002.gguf")
    (found,) = find_models((tmp_path,))
    assert (found.name, found.parts, found.size) == ("big", 3, 3 * len(gguf()))
    assert found.path.name == "big-00001-of-00003.gguf"


def test_a_split_model_without_its_first_file_is_a_misfit_that_names_it(tmp_path: Path) -> None:
    for part in (2, 3):
        write_gguf(tmp_path / f"big-0000{part}-of-00003.gguf")
    write_gguf(tmp_path / "huge-00003-of-00004.gguf")
    write_gguf(tmp_path / "odd-00007-of-00003.gguf")
    write_gguf(tmp_path / "odd-00000-of-00003.gguf")
    found = search_models((tmp_path,))
    assert found.models == ()
    assert [(broken.path.name, broken.reason) for broken in found.broken] == [
        ("big-00002-of-00003.gguf", "one of its 3 files is missing: big-00001-of-00003.gguf"),
        (
            "huge-00003-of-00004.gguf",
            "3 of its 4 files are missing, huge-00001-of-00004.gguf the first of them",
        ),
    ]
    gone = {path.name for path in removable_files(found.broken[0].path)}
    assert gone == {"big-00002-of-00003.gguf", "big-00003-of-00003.gguf"}


def test_a_name_that_says_thousands_of_files_is_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a-00001-of-99999", "b-00002-of-99999", "C-00001-OF-99999"):
        write_gguf(tmp_path / f"{name}.gguf")

    def each_file(path: Path) -> tuple[Path, ...]:
        raise AssertionError(f"every file of {path} is looked for")

    monkeypatch.setattr(model_folders, "part_paths", each_file)
    found = search_models((tmp_path,))
    assert {broken.path.name[:1]: broken.reason for broken in found.broken} == {
        "a": "99,998 of its 99,999 files are missing, a-00002-of-99999.gguf the first of them",
        "b": "99,998 of its 99,999 files are missing, b-00001-of-99999.gguf the first of them",
        "C": "99,998 of its 99,999 files are missing, C-00002-of-99999.gguf the first of them",
    }


def test_a_split_model_that_is_still_being_downloaded_is_no_misfit(tmp_path: Path) -> None:
    write_gguf(tmp_path / "big-00003-of-00003.gguf")
    part_path(tmp_path / "big-00002-of-00003.gguf", "0123456789abcdef").touch()
    assert search_models((tmp_path,)).broken == ()


@pytest.mark.parametrize("bound", ["MOST_ENTRIES", "MOST_MODELS"])
def test_a_search_says_when_it_did_not_see_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    for name in "abcd":
        write_gguf(tmp_path / name / f"{name}.gguf")
    assert not read_catalog((tmp_path,), ModelIndex(tmp_path / "index", READER)).cut
    monkeypatch.setattr(model_folders, bound, 3)
    catalog = read_catalog((tmp_path,), ModelIndex(tmp_path / "index", READER))
    assert catalog.cut
    assert CUT in catalog_text(catalog, {}, 0.0, tmp_path)
    assert shelf(CatalogLook(catalog=catalog), FITS, 0.0).note == CUT


def test_a_chosen_folder_that_is_gone_is_said_and_a_cache_nobody_has_is_not(
    tmp_path: Path,
) -> None:
    cache, chosen, taken = (tmp_path / name for name in ("cache", "chosen", "taken"))
    taken.touch()
    index = ModelIndex(tmp_path / "index", READER)
    catalog = read_catalog((cache, chosen, taken), index, chosen=(chosen, taken))
    assert [(one.path, one.reason) for one in catalog.unsearched] == [
        (chosen, "it is not there"),
        (taken, "it is not a folder"),
    ]
    said = "The folder ~/chosen is not searched: it is not there."
    assert said in catalog_text(catalog, {}, 0.0, tmp_path).splitlines()
    note = shelf(CatalogLook(catalog=catalog), FITS, 0.0, tmp_path).note
    assert (note or "").startswith(said)


def test_folders_in_each_other_count_once(tmp_path: Path) -> None:
    write_gguf(tmp_path / "in" / "a.gguf")
    assert names(tmp_path, tmp_path / "in", tmp_path) == ["a"]


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    write_gguf(tmp_path / "x" / "a.gguf")
    write_gguf(tmp_path / "y" / "a.gguf")
    assert names(tmp_path) == ["a (x)", "a (y)"]


def test_depth_is_bounded(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * DEEPEST)
    write_gguf(deep / "in.gguf")
    write_gguf(deep / "d" / "out.gguf")
    assert names(tmp_path) == ["in"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_the_hugging_face_cache(tmp_path: Path) -> None:
    repository = tmp_path / "models--ann--tiny"
    blob = write_gguf(repository / "blobs" / "0123abcd")
    for revision in ("aaa", "bbb"):
        snapshot = repository / "snapshots" / revision
        snapshot.mkdir(parents=True)
        (snapshot / "tiny.gguf").symlink_to(os.path.relpath(blob, snapshot))
    (found,) = find_models((tmp_path,))
    assert found.path == repository / "snapshots" / "aaa" / "tiny.gguf"
    assert found.size == len(gguf())


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_loops_and_broken_links_end(tmp_path: Path) -> None:
    write_gguf(tmp_path / "a" / "m.gguf")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (tmp_path / "gone.gguf").symlink_to(tmp_path / "nothing")
    found = search_models((tmp_path,))
    assert [model.name for model in found.models] == ["m"]
    assert [(broken.path.name, broken.reason) for broken in found.broken] == [
        ("gone.gguf", "it is a link to a file that is not there")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
def test_a_name_that_is_not_text_is_passed_over(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.gguf")).write_bytes(gguf())
    write_gguf(tmp_path / "a.gguf")
    assert names(tmp_path) == ["a"]


def test_a_folder_that_cannot_be_searched_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    not_a_folder = write_gguf(tmp_path / "file")
    write_gguf(tmp_path / "m" / "a.gguf")
    with caplog.at_level(logging.WARNING):
        assert names(not_a_folder, tmp_path / "m") == ["a"]
    assert str(not_a_folder) in caplog.text
