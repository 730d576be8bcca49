"""The short list of well-known models, kept as a file beside the program."""

import tomllib
from pathlib import Path

from tray.models.base import Frozen
from tray.models.download import CuratedModel

FILE = Path("assets", "curated_models.toml")


class _List(Frozen):
    models: tuple[CuratedModel, ...]


def read_curated(path: Path) -> tuple[CuratedModel, ...]:
    """The list in the file's order. Raises OSError, or ValueError for a damaged file."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return _List.model_validate({"models": tuple(content["models"])}).models
