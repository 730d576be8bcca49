"""What the resident has a child do for it, and what the child says of it.

One errand a process: the errand is one line of JSON on its standard input, what it
says is a line each on its standard output, the last of them an ending.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from tray.models.base import Frozen
from tray.models.download import (
    Downloaded,
    DownloadProgress,
    HubOffer,
    HubPlan,
    TokenStatus,
)
from tray.models.failure import ServerFailure


class FetchErrand(Frozen):
    """Download a model into ``models`` from the hub at ``base``.

    ``before`` is the plan of an earlier run; what it left and is of no use now goes.
    """

    kind: Literal["fetch"] = "fetch"
    what: str
    base: str
    models: Path
    before: HubPlan | None = None


class OfferErrand(Frozen):
    """Say what a repository has."""

    kind: Literal["offer"] = "offer"
    what: str
    base: str
    models: Path


class TokenErrand(Frozen):
    """Say where the user's token is; keep ``token``, or forget the kept one, before."""

    kind: Literal["token"] = "token"
    action: Literal["look", "keep", "forget"] = "look"
    token: Annotated[str, Field(repr=False)] = ""


class TrashErrand(Frozen):
    """Move files to the system's trash."""

    kind: Literal["trash"] = "trash"
    files: tuple[Path, ...]


Errand = Annotated[
    FetchErrand | OfferErrand | TokenErrand | TrashErrand, Field(discriminator="kind")
]


class PlanSaid(Frozen):
    kind: Literal["plan"] = "plan"
    plan: HubPlan


class ProgressSaid(Frozen):
    kind: Literal["progress"] = "progress"
    progress: DownloadProgress


class FetchedSaid(Frozen):
    """The end of a FetchErrand."""

    kind: Literal["fetched"] = "fetched"
    done: Downloaded


class OfferSaid(Frozen):
    """The end of an OfferErrand."""

    kind: Literal["offer"] = "offer"
    offer: HubOffer


class TokenSaid(Frozen):
    """The end of a TokenErrand."""

    kind: Literal["token"] = "token"
    status: TokenStatus


class TrashedSaid(Frozen):
    """The end of a TrashErrand."""

    kind: Literal["trashed"] = "trashed"


class FailedSaid(Frozen):
    """The end of any errand that failed."""

    kind: Literal["failed"] = "failed"
    failure: ServerFailure


class GoneSaid(Frozen):
    """The child ended without a word: it was killed, or it crashed."""

    kind: Literal["gone"] = "gone"


Said = Annotated[
    PlanSaid
    | ProgressSaid
    | FetchedSaid
    | OfferSaid
    | TokenSaid
    | TrashedSaid
    | FailedSaid
    | GoneSaid,
    Field(discriminator="kind"),
]
ERRAND: TypeAdapter[Errand] = TypeAdapter(Errand, config={"defer_build": True})
SAID: TypeAdapter[Said] = TypeAdapter(Said, config={"defer_build": True})
