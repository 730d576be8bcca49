"""A rename that a virus scanner holds up on Windows, tried on every system."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
from pathlib import Path

import pytest

from tray.infrastructure import renaming
from tray.infrastructure.hub.part_file import PartFile
from tray.infrastructure.private_file import write_private

CONTENT = b"x" * 9
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Every file can be renamed at the third try."""
    tried: list[Path] = []
    replace = Path.replace

    def scanned(self: Path, target: Path) -> Path:
        tried.append(self)
        if tried.count(self) < 3:
            raise PermissionError(13, "The process cannot access the file")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", scanned)
    return tried


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_it_is_tried_again(
    tmp_path: Path, held: list[Path], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(renaming, "HELD_UP", True)
    source = tmp_path / "a"
    source.mkdir() if kind == "folder" else source.touch()
    renaming.rename(source, tmp_path / "b")
    assert (tmp_path / "b").exists()
    assert len(held) == 3


def test_it_is_given_up(tmp_path: Path, held: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renaming, "HELD_UP", True)
    (tmp_path / "a").touch()
    with pytest.raises(PermissionError):
        renaming.rename(tmp_path / "a", tmp_path / "b", 0.0)
    assert len(held) == 1


def test_a_whole_download_gets_its_name(
    tmp_path: Path, held: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renaming, "HELD_UP", True)
    with PartFile(tmp_path / "a.gguf", len(CONTENT), SHA256) as part:
        part.add(CONTENT)
        part.finish()
    assert (tmp_path / "a.gguf").read_bytes() == CONTENT


@pytest.mark.skipif(sys.platform == "win32", reason="folders are not written out there")
def test_a_file_system_may_know_no_writing_out_of_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def none_for_folders(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", none_for_folders)
    with PartFile(tmp_path / "a.gguf", len(CONTENT), SHA256) as part:
        part.add(CONTENT)
        part.finish()
    write_private(tmp_path / "b", CONTENT)
    assert (tmp_path / "a.gguf").exists()
