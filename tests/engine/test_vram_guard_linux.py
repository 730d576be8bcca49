"""The whole resident with a GPU of a fake library: another program comes, and goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.guard_setup import until
from tests.contract.nvml_setup import build_library
from tests.engine.cli_setup import CommandLine, command_line
from tests.engine.engine_setup import WAIT
from tests.requirements import need_program
from tray.models.metrics import GpuMetrics
from tray.models.state import ModelState, ServerPhase

pytestmark = [pytest.mark.engine, pytest.mark.slow]
MIB = 2**20
SETTINGS = '[metrics]\ninterval = 0.2\n[vram_guard]\nenabled = true\nfree_mark = "500 MiB"\n'


class Card:
    """A card of 8 GiB whose memory the test decides."""

    def __init__(self, folder: Path) -> None:
        self._state = folder / "state"
        self.hold("count=1")

    def hold(self, words: str) -> None:
        new = self._state.with_suffix(".new")
        new.write_text(words, "ascii")
        new.replace(self._state)

    @property
    def environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": str(self._state.parent), "FAKE_NVML": str(self._state)}


@pytest.fixture
def card(tmp_path: Path) -> Card:
    folder = tmp_path / "nvml"
    folder.mkdir()
    return Card(build_library(need_program("cc"), folder))


@pytest.fixture
def paddock(tmp_path: Path, card: Card) -> Iterator[CommandLine]:
    with command_line(tmp_path) as line:
        line.environment |= card.environment
        config = Path(line.environment["XDG_CONFIG_HOME"]) / "paddock"
        config.mkdir(mode=0o700)
        (config / "settings.toml").write_text(SETTINGS)
        (config / "settings.toml").chmod(0o600)
        assert line("start").returncode == 0
        yield line


def gpu_of(state: ModelState) -> GpuMetrics | None:
    gpus = state.metrics.gpus if state.metrics else None
    return gpus[0] if gpus else None


def test_the_model_makes_room_and_comes_back_with_the_next_message(
    paddock: CommandLine, card: Card
) -> None:
    client = paddock.client()
    assert client is not None

    def shows(used: int) -> bool:
        gpu = gpu_of(client.state())
        return gpu is not None and gpu.vram_used == used * MIB

    ours = f"count=1 pid={client.state().pid}:5000"
    card.hold(f"{ours} used=5500")
    until(lambda: shows(5500), WAIT)
    assert client.state().phase is ServerPhase.READY
    card.hold(f"{ours} used=7900")
    until(lambda: client.state().phase is ServerPhase.STOPPED, WAIT)
    card.hold("count=1 used=2900")
    assert "another program needs the GPU's memory" in paddock("logs").stdout
    until(lambda: shows(2900), WAIT)
    assert paddock("chat", "Hello").returncode == 0
    assert client.state().phase is ServerPhase.READY
