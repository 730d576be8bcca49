"""A child that hangs in the kernel holds nobody up."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tray.infrastructure.engines.getter import EngineGetter
from tray.infrastructure.errands import RunningErrand
from tray.infrastructure.model_files.facts import FactsReader
from tray.infrastructure.own_child import close_pipes
from tray.infrastructure.popover_process import PopoverProcess
from tray.models.catalog import ModelFacts
from tray.models.errand import TokenErrand
from tray.models.failure import PaddockError

SILENT = (sys.executable, "-c", "import time; time.sleep(60)")
FAR_LESS = 30.0


@pytest.fixture
def unkillable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Children that a signal does not end, as on a network drive whose server is gone."""
    children: list[subprocess.Popen[bytes]] = []
    kill = subprocess.Popen.kill

    def noted(child: subprocess.Popen[bytes]) -> None:
        children.append(child)

    with monkeypatch.context() as patch:
        patch.setattr(subprocess.Popen, "kill", noted)
        yield
    for child in children:
        kill(child)
        child.wait()
        close_pipes(child)


def read_facts(folder: Path) -> None:
    with FactsReader(SILENT, time_limit=0.1) as reader:
        assert reader.read((folder / "model.gguf",)) == ModelFacts.not_yet(
            "reading it took longer than 0.1 s"
        )


def end_errand(_: Path) -> None:
    RunningErrand(TokenErrand(), lambda _: None, SILENT).end()


def end_popover(_: Path) -> None:
    popover = PopoverProcess(lambda view: view, print, lambda: 60, lambda: False, SILENT)
    popover.show()
    popover.close()


def look_at_machine(folder: Path) -> None:
    with pytest.raises(PaddockError):
        EngineGetter(SILENT, folder, folder, facts_seconds=0.1).facts()


@pytest.mark.usefixtures("unkillable")
@pytest.mark.parametrize("deed", [read_facts, end_errand, end_popover, look_at_machine])
def test_a_child_that_cannot_be_ended_is_not_waited_for(
    deed: Callable[[Path], None], tmp_path: Path
) -> None:
    began = time.monotonic()
    deed(tmp_path)
    assert time.monotonic() - began < FAR_LESS
