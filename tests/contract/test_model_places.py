"""The folders of models: what is wrong with one, adding and removing, what may be opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.model_files.places import ModelPlaces
from tray.infrastructure.settings.store import SettingsStore
from tray.models.failure import FailureCause, PaddockError
from tray.models.settings import Settings


class House:
    def __init__(self, root: Path) -> None:
        self.own = root / "own"
        self.more = root / "more"
        for folder in (self.own, self.more, root / "config"):
            folder.mkdir()
        self.settings = SettingsStore(root / "config")
        self.shown: list[Path] = []
        self.places = ModelPlaces(self.own, self.settings, self._searched, self.shown.append)

    def _searched(self, settings: Settings) -> tuple[Path, ...]:
        return (self.own, *settings.models.folders)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def refusal(call: object, *arguments: object) -> str:
    assert callable(call)
    with pytest.raises(PaddockError) as refused:
        call(*arguments)
    assert refused.value.failure.cause is FailureCause.FOLDER_UNUSABLE
    return refused.value.failure.detail


def test_a_folder_is_added_once_and_its_comments_stay(house: House) -> None:
    house.settings.path.write_text("# mine\n[models]\nfolders = []  # none\n")
    house.places.add(f" {house.more} ")
    house.places.add(str(house.more))
    assert house.settings.load().settings.models.folders == (house.more,)
    assert house.settings.path.read_text().startswith("# mine\n")
    own, more = house.places.places()
    assert (own.own, own.chosen, more.own, more.chosen) == (True, False, False, True)


def test_a_removed_folder_keeps_its_files(house: House) -> None:
    file = house.more / "a.gguf"
    file.write_bytes(b"")
    house.places.add(str(house.more))
    house.places.remove(str(house.more))
    assert house.settings.load().settings.models.folders == ()
    assert file.exists()


def test_a_folder_that_cannot_be_searched_is_refused_with_the_reason(house: House) -> None:
    (house.more / "file").touch()
    assert "It is not there" in refusal(house.places.add, str(house.more / "missing"))
    assert "It is not a folder" in refusal(house.places.add, str(house.more / "file"))
    assert "Write the whole path" in refusal(house.places.add, "models")
    assert house.settings.load().settings.models.folders == ()


def test_a_folder_that_vanished_says_so_and_can_be_removed(house: House) -> None:
    house.places.add(str(house.more))
    house.more.rmdir()
    assert house.places.places()[1].trouble == "it is not there"
    house.places.remove(str(house.more))
    assert len(house.places.places()) == 1


def test_only_searched_folders_are_opened(house: House) -> None:
    house.places.open(house.own)
    house.places.open(house.own / "deep" / "a.gguf")
    assert house.shown == [house.own, house.own / "deep"]
    assert "not one of the folders" in refusal(house.places.open, house.more / "a.gguf")
    assert "not one of the folders" in refusal(house.places.open, house.own / ".." / "more" / "a")
