"""The projector that a model is started with, so that it sees images."""

import os
from pathlib import Path

from tray.infrastructure.model_files.gguf_header import GgufHeader, HeaderError, read_header
from tray.infrastructure.model_files.name import is_hidden, is_projector_name, parsed_name
from tray.infrastructure.model_files.projectors import projector_for


class ProjectorFolder:
    """The projectors of one folder, as it was when this was made.

    ``models`` are the names of its models' first files; of no interest without projectors.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        names = _names(folder)
        self._projectors = tuple(name for name in names if "mmproj" in name.lower())
        # Thousands of names mean nothing where there is no projector.
        self.models = frozenset(filter(_begins_model, names) if self._projectors else ())
        self._headers: dict[str, GgufHeader | None] = {}

    def of(self, model: Path, width: int | None = None) -> Path | None:
        """The model's projector. ``width`` is the model's; where not given, its header says.

        One whose name does not say whose it is has to have the same width; where that is
        not known, there must be no other model it could be for.
        """

        def belongs(name: str) -> bool:
            wanted = self._width(name)
            own = None if wanted is None else width or _width(model)
            return len(self.models) == 1 if own is None else own == wanted

        name = projector_for(model, self._projectors, belongs)
        return None if name is None else model.with_name(name)

    def header(self, projector: str) -> GgufHeader | None:
        """What the file of this name says; ``None`` if it cannot be read. It is read once."""
        if projector not in self._headers:
            self._headers[projector] = _header(self._folder / projector)
        return self._headers[projector]

    def _width(self, projector: str) -> int | None:
        header = self.header(projector)
        return None if header is None else header.width


def projector_beside(model: Path) -> Path | None:
    """A projector of the model's, in its folder; one that is no projector would stop the engine."""
    folder = ProjectorFolder(model.parent)
    path = folder.of(model)
    header = None if path is None else folder.header(path.name)
    return None if header is None or header.is_model else path


def projector_size(projector: Path | None) -> int | None:
    """Bytes of the file; ``None`` without one."""
    try:
        return None if projector is None else projector.stat().st_size
    except OSError:
        return None


def _names(folder: str | Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not is_hidden(name)]
    except OSError:
        return []


def _begins_model(name: str) -> bool:
    if not name.lower().endswith(".gguf") or is_projector_name(Path(name)):
        return False
    return parsed_name(name).part == 1


def _width(path: Path) -> int | None:
    header = _header(path)
    return None if header is None else header.width


def _header(path: Path) -> GgufHeader | None:
    try:
        return read_header(path)
    except (HeaderError, OSError):
        return None
