"""The engines there are to measure: the bundled one, and the executable if it is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.engine_setup import DEMO, config_of
from tray.infrastructure.llama.launch.setup import user_launch_preparer
from tray.models.config import EngineKind, LlamaCppConfig
from tray.models.launch import LaunchSpec

BUNDLED = config_of(EngineKind.BUNDLED)


def executable_config() -> LlamaCppConfig | None:
    """The demo model on a real llama-server; ``None`` where there is none."""
    try:
        return config_of(EngineKind.EXECUTABLE, DEMO)
    except pytest.skip.Exception:
        return None


def resolved(config: LlamaCppConfig, folder: Path) -> LaunchSpec:
    """The launch Paddock would make, on a port that is free now."""
    return user_launch_preparer(folder / "engine", folder / "models", lambda: None).prepare(config)
