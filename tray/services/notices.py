"""Pure: two snapshots in a row -> what is worth telling a user who looks elsewhere.

Never what the user just did: a start, a stop or a switch that works is silent.
"""

from tray.models.notice import Notice, NoticeKind
from tray.models.settings import NotificationSettings
from tray.models.state import ModelState, ServerPhase


def notice_of(before: ModelState, now: ModelState) -> Notice | None:
    """The failure of a run, once; what was there when we began to look is old news."""
    if now.phase is not ServerPhase.FAILED or now.failure is None:
        return None
    if before.phase is ServerPhase.FAILED and before.run == now.run:
        return None
    return Notice(kind=NoticeKind.ENGINE_FAILED, model=now.model, failure=now.failure)


def is_wanted(notice: Notice, settings: NotificationSettings) -> bool:
    """Whether the user wants to be told of this kind."""
    if notice.kind is NoticeKind.ENGINE_FAILED:
        return settings.engine_failed
    if notice.kind in (NoticeKind.DOWNLOAD_DONE, NoticeKind.DOWNLOAD_FAILED):
        return settings.downloads
    return settings.vram_guard
