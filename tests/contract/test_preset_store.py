"""The file of the presets: by the rules of the settings, nothing is lost."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import pytest

from tray.infrastructure.preset_store import PresetStore
from tray.models.failure import PaddockError
from tray.models.preset import ModelPresets, Preset

KEPT = ModelPresets(chosen="Long", presets=(Preset(), Preset(name="Long", context_size=8192)))


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    return PresetStore(tmp_path)


def test_what_is_saved_is_there_after_a_restart(store: PresetStore, tmp_path: Path) -> None:
    assert store.read("m") == ModelPresets()
    assert not store.path.exists(), "looking writes nothing"
    store.change("m", lambda _: KEPT)
    again = PresetStore(tmp_path)
    assert (again.read("m"), again.read("other")) == (KEPT, ModelPresets())
    assert again.take_note() is None
    if sys.platform != "win32":
        assert store.path.stat().st_mode & 0o777 == 0o600


def test_two_paddocks_do_not_undo_each_other(store: PresetStore, tmp_path: Path) -> None:
    other = PresetStore(tmp_path)
    store.change("a", lambda _: KEPT)
    other.change("b", lambda _: KEPT)
    assert (store.read("a"), store.read("b")) == (KEPT, KEPT)


def test_two_paddocks_that_save_at_one_moment_wait_for_each_other(
    store: PresetStore, tmp_path: Path
) -> None:
    other = PresetStore(tmp_path)
    meanwhile = threading.Thread(target=other.change, args=("b", lambda _: KEPT))

    def slow(_: ModelPresets) -> ModelPresets:
        meanwhile.start()
        # Done at once, if it does not wait.
        meanwhile.join(0.5)
        return KEPT

    store.change("a", slow)
    meanwhile.join()
    assert (store.read("a"), store.read("b")) == (KEPT, KEPT)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 40,
        b"\xff\xfe",
        b"[]",
        b'{"version": 1',
        b'{"version": 1, "models": {"m": {"chosen": "Gone", "presets": [{"name": "A"}]}}}',
        b'{"version": 1, "models": {"m": {"chosen": "A", "presets": [{"name": "A", "x": 1}]}}}',
        b'{"version": 1, "models": {"m": {"presets": [{"chat": {"temperature": NaN}}]}}}',
    ],
)
def test_a_bad_file_is_set_aside_and_the_last_good_one_used(
    store: PresetStore, tmp_path: Path, content: bytes
) -> None:
    store.change("m", lambda _: KEPT)
    store.path.write_bytes(content)
    again = PresetStore(tmp_path)
    assert again.read("m") == KEPT
    (aside,) = tmp_path.glob("presets.json.bad-*")
    assert aside.read_bytes() == content
    note = again.take_note()
    assert note is not None
    assert aside.name in note
    assert again.take_note() is None, "said once"
    assert PresetStore(tmp_path).read("m") == KEPT, "the file is whole again"


def test_a_newer_file_is_left_alone(store: PresetStore) -> None:
    newer = json.dumps({"version": 3, "models": {"m": "something new"}})
    store.path.write_text(newer)
    assert store.read("m") == ModelPresets()
    assert "newer" in str(store.take_note())
    with pytest.raises(PaddockError, match="could not be saved"):
        store.change("m", lambda _: KEPT)
    assert store.path.read_text() == newer


def test_a_refused_change_changes_nothing(store: PresetStore) -> None:
    store.change("m", lambda _: KEPT)

    def refuse(_: ModelPresets) -> ModelPresets:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        store.change("m", refuse)
    assert store.read("m") == KEPT


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no modes there")
def test_a_folder_that_cannot_be_written_is_said(store: PresetStore, tmp_path: Path) -> None:
    store.change("m", lambda _: KEPT)
    blocked = PresetStore(tmp_path / "gone")
    with pytest.raises(PaddockError, match="could not be saved"):
        blocked.change("m", lambda _: KEPT)
    assert store.read("m") == KEPT


def test_presets_go_with_a_file_that_is_moved_or_renamed(
    store: PresetStore, tmp_path: Path
) -> None:
    one, other = tmp_path / "one.gguf", tmp_path / "other.gguf"
    one.write_bytes(b"GGUF" + bytes(200_000) + b"1")
    other.write_bytes(b"GGUF" + bytes(200_000) + b"2")
    store.change(str(one), lambda _: KEPT)
    copy = tmp_path / "copy.gguf"
    copy.write_bytes(one.read_bytes())
    assert store.read(str(copy)) == ModelPresets(), "the first is still there"
    copy.unlink()
    place = tmp_path / "elsewhere" / "renamed.gguf"
    place.parent.mkdir()
    one.rename(place)
    assert store.read(str(other)) == ModelPresets(), "as large, and another model"
    assert PresetStore(tmp_path).read(str(place)) == KEPT
    assert store.read(str(one)) == ModelPresets()
    assert store.read(f"{tmp_path}/a\0.gguf") == ModelPresets(), "no path at all"
    store.change(str(place), lambda _: ModelPresets())
    assert store.all() == {}
    assert store.read(str(tmp_path / "gone.gguf")) == ModelPresets()


def test_the_presets_of_a_drive_that_is_away_are_there_when_it_is_back(
    store: PresetStore, tmp_path: Path
) -> None:
    drive, away = tmp_path / "drive", tmp_path / "away"
    drive.mkdir()
    on_drive, copy = drive / "one.gguf", tmp_path / "copy.gguf"
    on_drive.write_bytes(b"GGUF" + bytes(200_000))
    copy.write_bytes(on_drive.read_bytes())
    store.change(str(on_drive), lambda _: KEPT)
    drive.rename(away)
    assert store.read(str(copy)) == KEPT
    away.rename(drive)
    assert store.read(str(on_drive)) == KEPT


def test_a_file_of_the_version_before_is_read(store: PresetStore) -> None:
    old = '{"version": 1, "models": {"m": {"chosen": "A", "presets": [{"name": "A"}]}}}'
    store.path.write_text(old)
    if sys.platform != "win32":
        store.path.chmod(0o600)
    assert store.read("m").chosen == "A"
    assert store.take_note() is None
