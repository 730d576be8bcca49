"""The pinned builds, as the repository lists them."""

from pathlib import Path

from tray.infrastructure.own_program import program_folder
from tray.models.engine_build import EnginePins

PINS = Path("assets", "engine_builds.json")


def read_pins(path: Path | None = None) -> EnginePins:
    """Every pinned build; the file is part of Paddock and checked by its tests."""
    return EnginePins.model_validate_json((path or program_folder() / PINS).read_bytes())
