"""The list of downloads in a file, so that it outlives Paddock."""

import logging
from pathlib import Path

from pydantic import ValidationError

from tray.infrastructure.private_file import read_private, write_private
from tray.models.base import Frozen
from tray.models.download import Download

LARGEST = 4 << 20
log = logging.getLogger(__name__)


class _Kept(Frozen):
    downloads: tuple[Download, ...]


class DownloadFile:
    """Satisfies DownloadRecords. Without downloads there is no file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> tuple[Download, ...]:
        try:
            return _Kept.model_validate_json(read_private(self._path, LARGEST)).downloads
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            log.warning("the list of downloads cannot be read: %s", error)
            return ()

    def save(self, downloads: tuple[Download, ...]) -> None:
        try:
            if downloads:
                content = _Kept(downloads=downloads).model_dump_json().encode()
                write_private(self._path, content, durable=False)
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the list of downloads cannot be kept: %s", error)
