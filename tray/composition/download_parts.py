"""Composition of downloads and the removal of models, once somebody asks for them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tray.composition.removal import model_removal
from tray.infrastructure.clock import SystemClock
from tray.infrastructure.curated import FILE, curated_models
from tray.infrastructure.download_records import DownloadFile
from tray.infrastructure.errands import errand_done
from tray.infrastructure.folders import Folders
from tray.infrastructure.hub.connection import HUGGING_FACE
from tray.infrastructure.hub.transfers import HubTransfers
from tray.infrastructure.llama.launch.setup import user_model_folders
from tray.infrastructure.model_files.name import model_name
from tray.infrastructure.own_program import program_folder
from tray.models.download import Download, DownloadPhase
from tray.models.errand import TrashErrand
from tray.models.notice import Notice, NoticeKind
from tray.models.settings import Settings
from tray.models.state import ModelId
from tray.services.downloads import Downloads
from tray.services.notices import is_wanted
from tray.services.paddock import Paddock
from tray.ui.download_desk import DownloadParts


def hub_base(settings: Settings) -> str:
    """The hub's address: the mirror of the settings, else Hugging Face."""
    mirror = settings.models.mirror
    return HUGGING_FACE if mirror is None else mirror.rstrip("/")


def download_parts(
    folders: Folders,
    records: Path,
    settings: Callable[[], Settings],
    paddock: Paddock,
    changed: Callable[[], None],
) -> DownloadParts:
    """Everything over ``paddock``, which is told of downloads that end."""
    # A clock of its own, so that no other timer waits for a child to begin.
    clock = SystemClock()
    transfers = HubTransfers(lambda: hub_base(settings()), folders.models)

    def ended(download: Download) -> None:
        if download.phase is DownloadPhase.DONE:
            changed()
        notice = notice_of_download(download)
        if is_wanted(notice, settings().notifications):
            paddock.tell(notice)

    def searched() -> tuple[Path, ...]:
        return user_model_folders(folders.models, settings().models.folders)

    downloads = Downloads(transfers, DownloadFile(records), clock.call_later, ended)

    def close() -> None:
        clock.close()
        downloads.close()

    return DownloadParts(
        downloads=downloads,
        hub=transfers,
        curated=partial(curated_models, program_folder() / FILE, folders.models),
        removal=model_removal(paddock.state, searched, to_trash),
        close=close,
    )


def to_trash(files: tuple[Path, ...]) -> None:
    """By a child: what moves files there imports half a desktop."""
    errand_done(TrashErrand(files=files))


def notice_of_download(download: Download) -> Notice:
    """What a user who looks elsewhere is told of a download that ended."""
    if download.phase is DownloadPhase.DONE and download.model is not None:
        model = ModelId(name=model_name(download.model).stem, path=download.model)
        return Notice(kind=NoticeKind.DOWNLOAD_DONE, model=model)
    return Notice(kind=NoticeKind.DOWNLOAD_FAILED, failure=download.failure)
