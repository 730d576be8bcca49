"""The projector beside a model reaches the engine: an empty one stops it, which says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.engine_setup import DEMO, config_of, running_service, started
from tests.gguf_files import gguf
from tray.models.config import EngineKind
from tray.models.state import ServerPhase

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.mark.parametrize("kind", [EngineKind.BUNDLED, EngineKind.EXECUTABLE])
def test_the_engine_is_given_the_projector(tmp_path: Path, kind: EngineKind) -> None:
    model = Path(shutil.copy(DEMO, tmp_path / "own.gguf"))
    projector = tmp_path / "mmproj-own.gguf"
    projector.write_bytes(gguf(general__architecture="clip"))
    with running_service(tmp_path) as service:
        state = service.start(config_of(kind, model)).result(60)
        assert state.phase is ServerPhase.FAILED
        assert state.failure is not None
        assert "mmproj-own.gguf" in " ".join((state.failure.detail, *state.failure.log_lines))
        projector.unlink()
        assert not started(service, config_of(kind, model)).sees_images
