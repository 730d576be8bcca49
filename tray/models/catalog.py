"""GGUF files found on this machine."""

from pathlib import Path

from tray.models.base import Frozen


class FoundModel(Frozen):
    """One model a user can start.

    ``path`` is the first part of a split model; ``parts`` counts its files and
    ``size`` their bytes together.
    """

    name: str
    path: Path
    size: int
    parts: int = 1
