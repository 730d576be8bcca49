"""What goes and what stays of downloads that did not become whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.infrastructure.hub.leftovers import throw_away_download, throw_away_replaced
from tray.infrastructure.hub.part_file import PartFile, part_path
from tray.models.download import HubFile, HubPlan
from tray.models.failure import PaddockError

SIZE = 9
FIRST, SECOND, THIRD = (f"big-0000{part}-of-00003.gguf" for part in (1, 2, 3))


def plan(folder: Path, **versions: str) -> HubPlan:
    """The files by name without the ending, each with the letter its SHA-256 is made of."""
    files = (HubFile(path=n, size=SIZE, sha256=v * 64) for n, v in versions.items())
    return HubPlan(folder=folder, files=tuple(files))


def split(folder: Path, version: str) -> HubPlan:
    return plan(folder, **dict.fromkeys((FIRST, SECOND, THIRD), version))


def left_of(plan: HubPlan, *names: str, size: int = SIZE - 1) -> None:
    for file in plan.files:
        if file.name in names:
            part_path(plan.folder / file.name, file.sha256).write_bytes(bytes(size))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_new_plan_has_no_use_for_goes(tmp_path: Path) -> None:
    before = plan(tmp_path, **{"a.gguf": "a", "mmproj-F16.gguf": "c"})
    now = plan(tmp_path, **{"a.gguf": "b", "sub/mmproj-F16.gguf": "c"})
    left_of(before, "a.gguf", "mmproj-F16.gguf")
    throw_away_replaced(before, now)
    assert names(tmp_path) == [part_path(tmp_path / "mmproj-F16.gguf", "c" * 64).name]


def test_later_parts_that_are_whole_go_with_the_part_of_the_first(tmp_path: Path) -> None:
    before = split(tmp_path, "a")
    left_of(before, SECOND)
    (tmp_path / THIRD).write_bytes(bytes(SIZE))
    throw_away_replaced(before, split(tmp_path, "b"))
    assert names(tmp_path) == []


def test_a_whole_model_and_files_of_another_size_stay(tmp_path: Path) -> None:
    before, now = split(tmp_path, "a"), split(tmp_path, "b")
    (tmp_path / SECOND).write_bytes(bytes(SIZE + 1))
    throw_away_replaced(before, now)
    throw_away_download(before)
    assert names(tmp_path) == [SECOND]
    for name in (FIRST, SECOND, THIRD):
        (tmp_path / name).write_bytes(bytes(SIZE))
    throw_away_replaced(before, now)
    throw_away_download(before)
    assert names(tmp_path) == [FIRST, SECOND, THIRD]


def test_a_part_another_paddock_is_at_stays_and_the_others_go(tmp_path: Path) -> None:
    before = split(tmp_path, "a")
    left_of(before, SECOND, THIRD)
    with PartFile(tmp_path / FIRST, SIZE, "a" * 64):
        throw_away_replaced(before, split(tmp_path, "b"))
        assert names(tmp_path) == [part_path(tmp_path / FIRST, "a" * 64).name]
        with pytest.raises(PaddockError):
            throw_away_download(before)


def test_what_another_download_needs_stays(tmp_path: Path) -> None:
    mine = plan(tmp_path, **{"a-Q4_K_M.gguf": "a", "mmproj-F16.gguf": "c"})
    other = plan(tmp_path, **{"a-Q8_0.gguf": "b", "mmproj-F16.gguf": "c"})
    left_of(mine, "a-Q4_K_M.gguf", "mmproj-F16.gguf")
    with PartFile(tmp_path / "mmproj-F16.gguf", SIZE, "c" * 64):
        throw_away_download(mine, (other,))
    assert names(tmp_path) == [part_path(tmp_path / "mmproj-F16.gguf", "c" * 64).name]


def test_the_same_model_asked_for_in_two_ways_stays_for_the_other_one(tmp_path: Path) -> None:
    both = split(tmp_path, "a")
    left_of(both, SECOND)
    (tmp_path / THIRD).write_bytes(bytes(SIZE))
    throw_away_download(both, (both,))
    assert len(names(tmp_path)) == 2
    throw_away_download(both)
    assert names(tmp_path) == []
