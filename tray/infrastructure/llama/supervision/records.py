"""One private file per launch, so that a later Paddock can end what a crash left.

The guard, or the kernel, ends an engine together with its Paddock. What survives
is the rare rest: processes the engine started when the guard was killed, on
macOS the engine, too. The next resident Paddock ends them by their record.
"""

import contextlib
import logging
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import ValidationError

from tray.infrastructure.llama.supervision.family import NONCE_VARIABLE, LaunchMark, end_family
from tray.infrastructure.llama.supervision.process_identity import ProcessMark, boot_id, own_mark
from tray.infrastructure.llama.supervision.program import Program
from tray.infrastructure.private_file import read_private, write_private

LARGEST = 16 << 10
PATTERN = "launch-*.json"
STALE_SECONDS = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MarkedProgram:
    """A program whose environment carries the launch's nonce."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    working_directory: Path


class LaunchRecords:
    """The records in one folder, made with the first one.

    Not used on Windows, whose Job Objects leave nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, program: Program) -> "Launch":
        """Note a launch before it happens. A record that cannot be written is only logged."""
        mark = LaunchMark(nonce=secrets.token_hex(16), boot=boot_id(), owner=own_mark())
        path = self._folder / f"launch-{secrets.token_hex(8)}.json"
        return Launch(program, mark, path)

    def sweep(self) -> list[str]:
        """End what launches of Paddocks that are gone left behind; what was ended, worded.

        For the resident Paddock, once it holds the lock. A launch whose Paddock
        still runs is left alone, so is everything of another boot.
        """
        ended: list[str] = []
        for path in self._folder.glob(PATTERN):
            mark = _read(path)
            if mark is not None and mark.boot == boot_id() and mark.boot:
                if mark.owner.is_alive():
                    continue
                ended += end_family(mark)
            with contextlib.suppress(OSError):
                path.unlink()
        self._remove_unfinished()
        if ended:
            log.warning("ended what an earlier Paddock left: %s", ", ".join(ended))
        return ended

    def _remove_unfinished(self) -> None:
        """Remove what savers left that were killed; younger files may be another one's."""
        oldest = time.time() - STALE_SECONDS
        for path in self._folder.glob(f".{PATTERN}.*.tmp"):
            with contextlib.suppress(OSError):
                if path.lstat().st_mtime < oldest:
                    path.unlink()


class Launch:
    """One launch and its record."""

    def __init__(self, program: Program, mark: LaunchMark, path: Path) -> None:
        self._mark = mark
        self._path = path
        self._lock = threading.Lock()
        self._over = False
        self.program = MarkedProgram(
            argv=program.argv,
            environment={**program.environment, NONCE_VARIABLE: mark.nonce},
            working_directory=program.working_directory,
        )
        self._save(mark)

    def started(self, pid: int) -> None:
        """Note the engine's process."""
        with contextlib.suppress(psutil.Error):
            found = {"engine": ProcessMark.of(pid), "program": psutil.Process(pid).exe()}
            self._save(self._mark.model_copy(update=found))

    def ended(self, *, unguarded: bool) -> None:
        """The engine is gone; ``unguarded`` when its guard was lost and could not clean up."""
        if unguarded and (left := end_family(self._mark)):
            log.warning("ended what the engine left: %s", ", ".join(left))
        with self._lock:
            self._over = True
            with contextlib.suppress(OSError):
                self._path.unlink()

    def _save(self, mark: LaunchMark) -> None:
        # Not made durable: after a power cut there is nothing left to end.
        with self._lock:
            if self._over:
                return
            self._mark = mark
            try:
                self._path.parent.mkdir(mode=0o700, exist_ok=True)
                write_private(self._path, mark.model_dump_json().encode(), durable=False)
            except OSError as error:
                log.warning("the launch is not on record: %s", error)


def _read(path: Path) -> LaunchMark | None:
    try:
        return LaunchMark.model_validate_json(read_private(path, LARGEST))
    except (OSError, ValidationError) as error:
        log.warning("a launch record cannot be read: %s: %s", path, error)
        return None


def user_launch_records(state_folder: Path) -> LaunchRecords | None:
    """The records of this user; ``None`` where the system needs none."""
    return None if sys.platform == "win32" else LaunchRecords(state_folder / "launches")
