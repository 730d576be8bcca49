"""Atomic, private files on the real file system."""

import os
import stat
import sys
import time
from pathlib import Path

import pytest

from tests.platforms import on_posix
from tray.infrastructure.private_file import read_private, write_private


def test_round_trip_leaves_one_file(tmp_path: Path) -> None:
    path = tmp_path / "api.json"
    write_private(path, b"one\r\n")
    write_private(path, b"two\r\n")
    assert read_private(path) == b"two\r\n"
    assert list(tmp_path.iterdir()) == [path]


@on_posix
def test_mode_is_0600_whatever_the_umask_and_the_old_mode(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(0o666)
    before = os.umask(0)
    try:
        write_private(path, b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@on_posix
def test_a_planted_link_is_replaced_and_its_target_kept(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    path = tmp_path / "file"
    path.symlink_to(target)
    with pytest.raises(OSError, match="link"):
        read_private(path)
    write_private(path, b"new")
    assert target.read_bytes() == b"precious"
    assert read_private(path) == b"new"
    assert not path.is_symlink()


@on_posix
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a file"):
        read_private(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a file"):
        read_private(tmp_path)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * 101)
    with pytest.raises(OSError, match="larger"):
        read_private(path, largest=100)


def test_a_failed_save_keeps_the_old_file_and_no_temporary(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "inside").touch()
    with pytest.raises(OSError, match="folder"):
        write_private(path, b"new")
    assert (path / "inside").exists()
    assert list(tmp_path.iterdir()) == [path]


def test_left_temporaries_are_swept_when_they_are_old(tmp_path: Path) -> None:
    old, young = tmp_path / ".file.00.tmp", tmp_path / ".file.11.tmp"
    for left in (old, young):
        left.touch()
    hour_ago = time.time() - 3600
    os.utime(old, (hour_ago, hour_ago))
    write_private(tmp_path / "file", b"")
    assert not old.exists()
    assert young.exists()
