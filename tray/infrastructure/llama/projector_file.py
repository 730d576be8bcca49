"""The projector that a model is started with, so that it sees images."""

import os
from pathlib import Path

from tray.infrastructure.llama.gguf_header import HeaderError, read_header
from tray.infrastructure.llama.projectors import projector_for


def projector_beside(model: Path) -> Path | None:
    """A projector of the model's, in its folder; one that is no projector would stop the engine."""
    name = projector_for(model, projector_names(model.parent))
    if name is None:
        return None
    path = model.with_name(name)
    try:
        return None if read_header(path).is_model else path
    except (HeaderError, OSError):
        return None


def projector_size(projector: Path | None) -> int | None:
    """Bytes of the file; ``None`` without one."""
    try:
        return None if projector is None else projector.stat().st_size
    except OSError:
        return None


def projector_names(folder: str | Path) -> tuple[str, ...]:
    """Files that are named as projectors, of one folder."""
    try:
        return tuple(name for name in os.listdir(folder) if "mmproj" in name.lower())
    except OSError:
        return ()
