"""The icon's own folder for its files."""

import tempfile
from pathlib import Path

import pytest

from tray.infrastructure.desktop.icon_files import keep_icon_files_private
from tray.infrastructure.folders import Folders


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    monkeypatch.setattr(tempfile, "tempdir", tempfile.gettempdir())
    made = Folders.under(tmp_path)
    made.make()
    return made


def test_files_lie_in_a_private_folder_from_now_on(folders: Folders) -> None:
    keep_icon_files_private(folders)
    with tempfile.NamedTemporaryFile() as file:
        assert Path(file.name).parent == folders.runtime / "icons"
    assert (folders.runtime / "icons").stat().st_mode & 0o077 == 0


def test_what_a_killed_one_left_goes_and_nothing_else(folders: Folders) -> None:
    keep_icon_files_private(folders)
    left = folders.runtime / "icons" / "tmpabc"
    left.write_bytes(b"png")
    beside = folders.runtime / "beside"
    beside.write_bytes(b"{}")
    keep_icon_files_private(folders)
    assert not left.exists()
    assert beside.exists()


def test_a_folder_among_them_stays_and_stops_nothing(folders: Folders) -> None:
    keep_icon_files_private(folders)
    strange = folders.runtime / "icons" / "strange"
    strange.mkdir()
    keep_icon_files_private(folders)
    assert strange.is_dir()
