"""Composition of downloads and the removal of models."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tray.infrastructure.clock import SystemClock
from tray.infrastructure.curated import FILE, read_curated
from tray.infrastructure.download_records import DownloadFile
from tray.infrastructure.errands import errand_done
from tray.infrastructure.folders import Folders
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.infrastructure.hub.transfers import HubTransfers
from tray.infrastructure.llama.model_name import model_name
from tray.infrastructure.llama.model_removal import removable_files
from tray.infrastructure.own_program import program_folder
from tray.infrastructure.trash import delete_for_good
from tray.models.download import Download, DownloadPhase
from tray.models.errand import TrashErrand
from tray.models.notice import Notice, NoticeKind
from tray.models.settings import Settings
from tray.models.state import ModelId
from tray.services.downloads import Downloads
from tray.services.notices import is_wanted
from tray.services.paddock import Paddock
from tray.services.removal import Removal
from tray.ui.download_desk import DownloadDesk


def hub_base(settings: Settings) -> str:
    """The hub's address: the mirror of the settings, else Hugging Face."""
    mirror = settings.models.mirror
    return HUGGING_FACE if mirror is None else mirror.rstrip("/")


@contextmanager
def kept_downloads(
    folders: Folders, settings: Callable[[], Settings], paddock: Paddock
) -> Iterator[DownloadDesk]:
    """The list of downloads over ``paddock``, which is told of those that end."""
    # Its own, so that no other timer waits for a child to begin.
    clock = SystemClock()
    transfers = HubTransfers(lambda: hub_base(settings()), folders.models)

    def ended(download: Download) -> None:
        if download.phase is DownloadPhase.DONE:
            desk.tell_changed()
        notice = notice_of_download(download)
        if is_wanted(notice, settings().notifications):
            paddock.tell(notice)

    records = DownloadFile(folders.state / "downloads.json")
    downloads = Downloads(transfers, records, clock.call_later, ended)
    removal = Removal(
        paddock.state, lambda: paddock.models().models, removable_files, to_trash, delete_for_good
    )
    desk = DownloadDesk(
        downloads,
        transfers,
        partial(read_curated, program_folder() / FILE),
        lambda: paddock.state().metrics,
        removal,
    )
    try:
        yield desk
    finally:
        clock.close()
        downloads.close()


def to_trash(files: tuple[Path, ...]) -> None:
    """By a child: what moves files there imports half a desktop."""
    errand_done(TrashErrand(files=files))


def notice_of_download(download: Download) -> Notice:
    """What a user who looks elsewhere is told of a download that ended."""
    if download.phase is DownloadPhase.DONE and download.model is not None:
        model = ModelId(name=model_name(download.model).stem, path=download.model)
        return Notice(kind=NoticeKind.DOWNLOAD_DONE, model=model)
    return Notice(kind=NoticeKind.DOWNLOAD_FAILED, failure=download.failure)
