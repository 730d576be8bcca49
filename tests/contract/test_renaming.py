"""A rename that a virus scanner holds up on Windows, tried on every system."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tray.infrastructure import renaming
from tray.infrastructure.hub.part_file import PartFile

CONTENT = b"x" * 9


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
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    with PartFile(tmp_path / "a.gguf", len(CONTENT), sha256) as part:
        part.add(CONTENT)
        part.finish()
    assert (tmp_path / "a.gguf").read_bytes() == CONTENT
