"""Fetching a model from Hugging Face or a mirror of it."""

from pathlib import Path

from tray.models.base import Frozen


class HubRequest(Frozen):
    """What the user asked for.

    ``repository`` is "owner/name"; ``wanted`` a file's path in it or a
    quantization such as "Q4_K_M", ``None`` for the usual one.
    """

    repository: str
    revision: str = "main"
    wanted: str | None = None


class HubFile(Frozen):
    """A file as the index gives it: path in the repository, bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]


class DownloadProgress(Frozen):
    """Bytes of the whole download that are here, and of how many; ``name`` comes now.

    ``fetched`` are the bytes that came over the network in this run. ``waiting`` says
    why nothing comes at the moment.
    """

    name: str
    done: int
    total: int
    fetched: int
    waiting: str | None = None


class Downloaded(Frozen):
    """The files of a finished download; ``model`` is the one to start."""

    model: Path
    files: tuple[Path, ...]
    size: int
