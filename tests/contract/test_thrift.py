"""What is spared is really not there, with the libraries as they are locked, and nothing breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPARING = """
import sys
from tray.infrastructure.thrift import thrifty
thrifty()
thrifty()
from tray.models.metrics import GpuMetrics, ServerMetrics
from tray.models.phase import ServerPhase
from tray.ui.gauge import render
from tray.ui.gauge_picture import picture_of
from tray.ui.palette import PanelTheme
card = GpuMetrics(index=0, name="Card", load_percent=50.0, vram_used=1, vram_total=2)
metrics = ServerMetrics.model_validate_json(ServerMetrics(gpus=(card,)).model_dump_json())
picture = picture_of(metrics, ServerPhase.READY, False, PanelTheme.DARK, 22)
image = render(picture)
assert image.size == (22, 22) and image.getbbox() is not None
assert [name for name in ("importlib.metadata", "email.message") if name in sys.modules] == []
assert sys.modules["PIL._imagingft"] is None
"""
PLAIN = "from tray.models.metrics import ServerMetrics; ServerMetrics()"
PLUGINS = "import sys; assert 'importlib.metadata' in sys.modules"


def run(code: str) -> None:
    command = (sys.executable, "-W", "error::ResourceWarning", "-c", code)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_plugins_and_fonts_are_not_loaded_and_models_and_pictures_work() -> None:
    run(SPARING)


def test_pydantic_still_looks_for_plugins_elsewhere() -> None:
    """If this fails, pydantic looks in another way, and the sparing may be for nothing."""
    run(f"{PLAIN}\n{PLUGINS}")
