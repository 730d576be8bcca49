"""What Paddock tells a user who is not looking at it."""

from enum import StrEnum

from tray.models.base import Frozen
from tray.models.failure import ServerFailure
from tray.models.metrics import FreedMemory
from tray.models.state import ModelId


class NoticeKind(StrEnum):
    ENGINE_FAILED = "engine_failed"
    UNLOADED_FOR_OTHERS = "unloaded_for_others"
    ROOM_AGAIN = "room_again"
    DOWNLOAD_DONE = "download_done"
    DOWNLOAD_FAILED = "download_failed"


class Notice(Frozen):
    """One thing that happened without the user's doing.

    ``failure`` belongs to ENGINE_FAILED and DOWNLOAD_FAILED, ``freed`` to UNLOADED_FOR_OTHERS.
    """

    kind: NoticeKind
    model: ModelId | None = None
    failure: ServerFailure | None = None
    freed: FreedMemory | None = None
