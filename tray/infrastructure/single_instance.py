"""One resident Paddock a user: a lock the kernel holds, and how to reach its holder."""

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tray.infrastructure.file_lock import open_lock, try_lock
from tray.infrastructure.folders import Folders
from tray.infrastructure.private_file import read_private, write_private
from tray.models.error import PaddockError

if TYPE_CHECKING:
    from tray.models.local_api import Endpoint

_TRIES = 20
_PAUSE = 0.005


class SingleInstance:
    """The lock and the discovery file (``api.json``) in the resident's folder.

    The kernel frees the lock when its process ends, however that happens, so
    nothing is ever stale. The lock file itself is never removed: a second
    start could then lock a new file beside the old one.
    """

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self._lock_path = folders.resident / "paddock.lock"
        self._endpoint_path = folders.resident / "api.json"
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Become the resident, or say that another one is. Raises PaddockError.

        A client that finds what a killed resident left holds the lock for microseconds,
        and once; a tenth of a second of tries tells such a client from a resident.
        """
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE)
            handle = self._locked()
            if handle is not None:
                self._handle = handle
                self._remove_endpoint()
                return True
        return False

    def release(self) -> None:
        """Remove the discovery file and free the lock; harmless when not held."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._remove_endpoint()
            os.close(handle)

    def publish(self, endpoint: "Endpoint") -> None:
        """Tell clients how to reach this process, which must hold the lock."""
        if self._handle is None:
            raise RuntimeError("publish() without the lock")
        try:
            write_private(self._endpoint_path, endpoint.model_dump_json().encode())
        except OSError as error:
            raise _unusable(self._endpoint_path, error) from error

    def withdraw(self) -> None:
        """Be found by no client from now on, although the lock is held until all has ended."""
        if self._handle is not None:
            self._remove_endpoint()

    def read_endpoint(self) -> "Endpoint | None":
        """How to reach the resident; ``None`` when there is none, or not yet."""
        if self._handle is None and self._has_none():
            return None
        from pydantic import ValidationError

        from tray.models.local_api import Endpoint

        try:
            return Endpoint.model_validate_json(read_private(self._endpoint_path))
        except (OSError, ValidationError):
            return None

    def _has_none(self) -> bool:
        """Whether there is no resident; what a killed one left is removed then.

        Only what is there to be believed needs the lock: clients that ask again and again
        must not keep a start from it. They share it: by an exclusive one each would take
        another for a resident and believe what a killed one left.
        """
        if not os.path.lexists(self._endpoint_path):
            return True
        try:
            free = self._locked(shared=True)
        except PaddockError:
            return True
        if free is None:
            return False
        # None can publish meanwhile.
        self._remove_endpoint()
        os.close(free)
        return True

    def _remove_endpoint(self) -> None:
        # A reader on Windows keeps it; who connects then is refused.
        with contextlib.suppress(OSError):
            self._endpoint_path.unlink(missing_ok=True)

    def _locked(self, *, shared: bool = False) -> int | None:
        """A handle that holds the lock, or ``None`` if somebody else does."""
        try:
            handle = open_lock(self._lock_path)
        except OSError as error:
            raise _unusable(self._lock_path, error) from error
        try:
            if try_lock(handle, shared=shared):
                return handle
        except OSError as error:
            os.close(handle)
            raise _unusable(self._lock_path, error) from error
        os.close(handle)
        return None


def _unusable(path: Path, error: OSError) -> PaddockError:
    from tray.models.failure import FailureCause, ServerFailure

    return PaddockError(
        ServerFailure(
            cause=FailureCause.FOLDER_UNUSABLE,
            title="Paddock cannot use the folder it is found by",
            detail=f"{path}: {error.strerror or error}. Check the folder's owner and free space.",
        )
    )
