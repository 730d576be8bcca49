"""Where the icon's picture lies while a panel shows it."""

import logging
import tempfile

from tray.infrastructure.folders import Folders

log = logging.getLogger(__name__)


def keep_icon_files_private(folders: Folders) -> None:
    """Give the icon's files a folder of their own, and clear it of a killed start's.

    pystray writes each picture where ``tempfile`` says: by default a folder that
    is shared and that nobody sweeps. Everything in this one is Paddock's; the
    single-instance lock must be held, so that nothing in it is in use.
    """
    folder = folders.runtime / "icons"
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.iterdir():
        try:
            left.unlink()
        except OSError as error:
            log.warning("%s stays: %s", left, error)
    tempfile.tempdir = str(folder)
