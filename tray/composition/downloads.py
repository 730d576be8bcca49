"""Downloads of the resident: their desk, and everything else once somebody asks for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tray.infrastructure.folders import Folders
from tray.models.settings import Settings
from tray.services.paddock import Paddock
from tray.ui.download_desk import DownloadDesk, DownloadParts


@contextmanager
def kept_downloads(
    folders: Folders, settings: Callable[[], Settings], paddock: Paddock
) -> Iterator[DownloadDesk]:
    """The list of downloads over ``paddock``, which is told of those that end."""
    records = folders.state / "downloads.json"

    def build() -> DownloadParts:
        # A megabyte that a resident nobody downloads with spares.
        from tray.composition.download_parts import download_parts

        return download_parts(folders, records, settings, paddock, desk.tell_changed)

    desk = DownloadDesk(build, lambda: paddock.state().metrics)
    if records.exists():
        desk.prepare()
    try:
        yield desk
    finally:
        desk.close()
