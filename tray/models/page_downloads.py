"""Downloads and the removal of models: what the page asks and what it shows, in words."""

from typing import Annotated

from pydantic import Field

from tray.models.base import Frozen
from tray.models.download import DownloadPhase
from tray.models.failure import ServerFailure
from tray.models.fit_mark import Fit

What = Annotated[str, Field(min_length=1, max_length=2048)]


class ShownDownload(Frozen):
    """One download. ``share`` of it (0 to 1) is here; ``line`` says the rest in words.

    ``model`` is what StartRequest takes, once it is done. ``can_pause`` and
    ``can_resume`` say which button it has; every one may be removed.
    """

    id: str
    name: str
    phase: DownloadPhase
    line: str
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    can_pause: bool = False
    can_resume: bool = False
    failure: ServerFailure | None = None
    model: str | None = None


class ShownDownloads(Frozen):
    downloads: tuple[ShownDownload, ...] = ()


class ShownChoice(Frozen):
    """One model that can be downloaded; ``what`` is for StartDownloadRequest.

    ``line`` are its facts with its size, ``note`` whether it fits this machine, in words.
    ``proposed`` marks the best that fits. One that is ``here`` needs no download, and
    without ``room`` on the disk it is refused.
    """

    what: str
    name: str
    line: str
    note: str
    fit: Fit
    proposed: bool = False
    here: bool = False
    room: bool = True


class ShownOffer(Frozen):
    """The models of one repository; ``line`` has its licence and the room on the disk."""

    repository: str
    line: str
    choices: tuple[ShownChoice, ...]


class ShownCurated(Frozen):
    """A few well-known models; ``note`` says what the figures are worth."""

    models: tuple[ShownChoice, ...]
    note: str


class ShownToken(Frozen):
    """Whether there is a token for models that are not open to everybody; never the token.

    ``kept`` is one that can be forgotten here; without ``can_keep`` none can be kept.
    """

    line: str
    kept: bool
    can_keep: bool


class FindDownloadRequest(Frozen):
    """A repository's name, a link, or the address of a page."""

    what: What


class StartDownloadRequest(Frozen):
    """The ``what`` of a choice, or anything FindDownloadRequest takes."""

    what: What


class DownloadRequest(Frozen):
    id: Annotated[str, Field(min_length=1, max_length=64)]


class KeepTokenRequest(Frozen):
    token: Annotated[str, Field(min_length=1, max_length=512, repr=False)]


class DeleteModelRequest(Frozen):
    """``model`` is a path as StartRequest takes it.

    ``for_good`` is said only after the refusal that there is no trash (its cause is
    ``no_trash``).
    """

    model: Annotated[str, Field(min_length=1, max_length=4096)]
    for_good: bool = False


class DeletedModel(Frozen):
    line: str
