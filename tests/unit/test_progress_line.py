"""Progress of a download beside a pipe."""

from __future__ import annotations

import pytest

from tray.commands.progress import ProgressLine


def test_a_pipe_hears_at_once_of_each_wait_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    line = ProgressLine()
    for waiting in (None, None, "silence", "silence", "silence", "again in 1 s", None):
        if line.is_due(waiting):
            line.show(waiting or "it moves")
    assert capsys.readouterr().err.splitlines() == ["it moves", "silence", "again in 1 s"]
