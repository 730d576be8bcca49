"""The per-user folders on the real file system."""

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.platforms import on_linux, on_posix
from tray.infrastructure.folders import Folders, folder_problem
from tray.infrastructure.single_instance import SingleInstance
from tray.models.failure import FailureCause, PaddockError


@on_linux
def test_xdg_variables_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name))
    found = Folders.of_user()
    assert found == Folders(
        config=tmp_path / "CONFIG_HOME/paddock",
        data=tmp_path / "DATA_HOME/paddock",
        models=tmp_path / "DATA_HOME/paddock/models",
        state=tmp_path / "STATE_HOME/paddock",
        logs=tmp_path / "STATE_HOME/paddock/logs",
        resident=found.resident,
        runtime=tmp_path / "RUNTIME_DIR/paddock",
        cache=tmp_path / "CACHE_HOME/paddock",
    )


@on_linux
@pytest.mark.parametrize("value", ["", "relative/folder", None])
def test_unusable_xdg_values_are_ignored(
    value: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG_HOME", "DATA_HOME", "STATE_HOME", "CACHE_HOME", "RUNTIME_DIR"):
        if value is None:
            monkeypatch.delenv(f"XDG_{name}", raising=False)
        else:
            monkeypatch.setenv(f"XDG_{name}", value)
    found = Folders.of_user()
    assert found.config == tmp_path / ".config/paddock"
    assert found.runtime == tmp_path / ".local/state/paddock/run"


@on_posix
def test_a_user_nobody_knows_is_told_of_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 2**31 - 7)
    with pytest.raises(PaddockError) as caught:
        Folders.of_user()
    assert caught.value.failure.cause is FailureCause.FOLDER_UNUSABLE
    assert "variable HOME" in caught.value.failure.detail


@on_linux
def test_the_resident_is_found_from_every_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    without = Folders.of_user()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    within = Folders.of_user()
    assert within.runtime == tmp_path / "paddock" != without.runtime
    assert within.resident == without.resident
    assert within.resident.parent == tmp_path / ".local/state/paddock"
    within.make()
    without.make()
    first = SingleInstance(within)
    assert first.acquire()
    assert not SingleInstance(without).acquire()
    first.release()


@on_linux
def test_a_missing_session_folder_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    assert Folders.of_user().runtime == tmp_path / ".local/state/paddock/run"


@on_linux
def test_the_session_folder_of_another_user_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert Folders.of_user().runtime == tmp_path / ".local/state/paddock/run"


def test_make_creates_everything_and_again(tmp_path: Path) -> None:
    folders = Folders.under(tmp_path / "new")
    folders.make()
    folders.make()
    assert folders.models.is_dir()
    assert folders.logs.is_dir()
    assert folder_problem(folders.runtime) is None


@on_posix
def test_folders_are_private_and_old_ones_are_tightened(tmp_path: Path) -> None:
    folders = Folders.under(tmp_path)
    folders.state.mkdir(mode=0o777)
    folders.state.chmod(0o777)
    assert "others can enter" in (folder_problem(folders.state) or "")
    folders.make()
    for folder in folders.private:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@on_posix
@pytest.mark.parametrize("name", ["config", "state", "run", "cache", "data"])
def test_a_planted_link_is_refused_and_its_target_untouched(name: str, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.mkdir(mode=0o755)
    root = tmp_path / "root"
    root.mkdir()
    (root / name).symlink_to(trap)
    with pytest.raises(PaddockError, match="symbolic link") as caught:
        Folders.under(root).make()
    assert caught.value.failure.cause is FailureCause.FOLDER_UNUSABLE
    assert stat.S_IMODE(trap.stat().st_mode) == 0o755


@on_posix
def test_a_dangling_link_and_a_file_in_the_way_are_refused(tmp_path: Path) -> None:
    (tmp_path / "run").symlink_to(tmp_path / "nowhere")
    with pytest.raises(PaddockError):
        Folders.under(tmp_path).make()
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "run").unlink()
    (tmp_path / "run").write_text("in the way")
    with pytest.raises(PaddockError, match="run"):
        Folders.under(tmp_path).make()


@on_posix
def test_models_may_live_on_another_drive(tmp_path: Path) -> None:
    drive = tmp_path / "drive"
    drive.mkdir()
    folders = Folders.under(tmp_path / "root")
    folders.data.mkdir(parents=True)
    folders.models.symlink_to(drive)
    folders.make()
    assert folders.models.samefile(drive)


@on_posix
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folders = Folders.under(tmp_path)
    if sys.platform == "win32" or os.geteuid() != 0:
        folders = replace(folders, runtime=Path("/usr"))
    else:
        folders.runtime.mkdir(mode=0o700)
        os.chown(folders.runtime, 12345, 12345)
    with pytest.raises(PaddockError, match="another user"):
        folders.make()
