"""The short list of well-known models, kept as a file beside the program."""

import tomllib
from pathlib import Path

from tray.infrastructure.hub.address import hub_request
from tray.infrastructure.hub.choice import chosen_files
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.models.base import Frozen
from tray.models.download import CuratedModel, HubFile
from tray.models.failure import PaddockError

FILE = Path("assets", "curated_models.toml")


class _List(Frozen):
    models: tuple[CuratedModel, ...]


def curated_models(path: Path, models: Path) -> tuple[CuratedModel, ...]:
    """The list, with those marked that were downloaded into ``models``. Raises as reading does."""
    listed = read_curated(path)
    return tuple(one.model_copy(update={"here": _is_here(one, models)}) for one in listed)


def read_curated(path: Path) -> tuple[CuratedModel, ...]:
    """The list in the file's order. Raises OSError, or ValueError for a damaged file."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return _List.model_validate({"models": tuple(content["models"])}).models


def _is_here(model: CuratedModel, models: Path) -> bool:
    """Whether its folder has what a download would choose; half a file has another name."""
    request = hub_request(model.what, HUGGING_FACE)
    names = (path.name for path in (models / request.repository).glob("*.gguf"))
    try:
        return bool(chosen_files(tuple(_found(name) for name in names), request))
    except (PaddockError, OSError):
        return False


def _found(name: str) -> HubFile:
    return HubFile(path=name, size=0, sha256="")
