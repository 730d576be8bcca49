"""When models were last ready: kept, bounded, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tray.infrastructure.model_files.last_used import MOST_REMEMBERED, LastUsed

MODEL = Path("/models/a.gguf")


def test_the_last_time_counts_and_outlives_a_restart(tmp_path: Path) -> None:
    used = LastUsed(tmp_path)
    assert used.read() == {}
    used.note(MODEL, 100.0)
    used.note(Path("/models/b.gguf"), 150.0)
    used.note(MODEL, 200.0)
    assert LastUsed(tmp_path).read() == {str(MODEL): 200.0, str(Path("/models/b.gguf")): 150.0}


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"[]", b'{"version": 2, "models": {}}', b'{"models": {"a": NaN}}', b"\0" * 9],
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last-used.json").write_bytes(content)
    used = LastUsed(tmp_path)
    assert used.read() == {}
    used.note(MODEL, 100.0)
    assert used.read() == {str(MODEL): 100.0}


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    models = {f"m{number}": float(number) for number in range(MOST_REMEMBERED)}
    (tmp_path / "last-used.json").write_text(json.dumps({"version": 1, "models": models}))
    used = LastUsed(tmp_path)
    used.note(MODEL, 1e9)
    known = used.read()
    assert len(known) == MOST_REMEMBERED
    assert "m0" not in known
    assert str(MODEL) in known


def test_a_folder_that_is_gone_is_no_failure(tmp_path: Path) -> None:
    LastUsed(tmp_path / "gone").note(MODEL, 1.0)
    assert LastUsed(tmp_path / "gone").read() == {}
