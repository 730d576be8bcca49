"""Fetching a model from Hugging Face or a mirror of it."""

from enum import StrEnum
from pathlib import Path

from tray.models.base import Frozen
from tray.models.failure import ServerFailure


class HubRequest(Frozen):
    """What the user asked for.

    ``repository`` is "owner/name"; ``wanted`` a file's path in it or a
    quantization such as "Q4_K_M", ``None`` for the usual one. ``folder`` is a path in
    it, to choose from that folder alone.
    """

    repository: str
    revision: str = "main"
    wanted: str | None = None
    folder: str | None = None


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

    ``fetched`` are the bytes that came over the network in this run, ``speed`` how many
    of them a second lately. ``waiting`` says why nothing comes at the moment; ``total``
    is 0 while the index has not come.
    """

    name: str
    done: int
    total: int
    fetched: int
    speed: float | None = None
    waiting: str | None = None


class Downloaded(Frozen):
    """The files of a finished download; ``model`` is the one to start."""

    model: Path
    files: tuple[Path, ...]
    size: int


class HubPlan(Frozen):
    """The files of one download and the folder they go to; the model's first part first."""

    folder: Path
    files: tuple[HubFile, ...]


class HubChoice(Frozen):
    """One model of a repository. ``what`` asks for it; ``size`` is of all its files.

    ``here`` says that its files have their place on this machine already.
    """

    what: str
    name: str
    quantization: str | None
    size: int
    files: int
    projector: bool
    here: bool = False


class HubOffer(Frozen):
    """What a repository has. ``usual`` is the choice that was asked for, or the usual one.

    ``folder`` is where it would go, ``free`` the bytes free there.
    """

    repository: str
    licence: str | None
    choices: tuple[HubChoice, ...]
    usual: str | None
    folder: Path
    free: int


class DownloadPhase(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"


class Download(Frozen):
    """One download of the list. ``what`` is as it was asked for; ``id`` is its own.

    ``plan`` is known as soon as the index was read, ``model`` when it is done.
    """

    id: str
    what: str
    phase: DownloadPhase
    plan: HubPlan | None = None
    progress: DownloadProgress | None = None
    failure: ServerFailure | None = None
    model: Path | None = None


class CuratedModel(Frozen):
    """A well-known model. ``what`` asks the hub for it; ``size`` is approximate, in bytes.

    ``here`` says that it was downloaded already.
    """

    what: str
    name: str
    about: str
    quantization: str
    size: int
    licence: str
    here: bool = False


class TokenSource(StrEnum):
    """Where a token was found, in the order that is looked."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"


class TokenStatus(Frozen):
    """Where the token comes from; ``no_keyring`` is why none can be kept, a clause."""

    source: TokenSource | None = None
    no_keyring: str | None = None
