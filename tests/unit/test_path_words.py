"""Paths as they are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tray.ui.path_words import shown_path

HOME = Path("/home/ann")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (HOME / "models" / "a.gguf", "~/models/a.gguf"),
        (HOME, "~"),
        (Path("/home/anna/models"), "/home/anna/models"),
        (Path("/srv/home/ann"), "/srv/home/ann"),
        (Path("models"), "models"),
    ],
)
def test_only_what_lies_in_the_home_folder_begins_with_a_tilde(path: Path, shown: str) -> None:
    assert shown_path(path, HOME) == str(Path(shown))
