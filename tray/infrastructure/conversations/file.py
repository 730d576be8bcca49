"""The SQLite file of the conversations: opened privately, set aside when damaged.

``sqlite3`` costs the resident more than a megabyte, so it is imported with the
first call of a page.
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tray.infrastructure.conversations.schema import VERSION, migrate, version_of
from tray.models.failure import FailureCause, PaddockError, ServerFailure

if TYPE_CHECKING:
    from sqlite3 import Connection

WAIT_SECONDS = 2.0
"""How long another program that holds the file is waited for."""
_BESIDE = ("", "-wal", "-shm")

log = logging.getLogger(__name__)


class ConversationFile:
    """One connection for all threads, one transaction at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._database: Connection | None = None
        self._note: str | None = None

    @contextmanager
    def transaction(self) -> Iterator["Connection"]:
        """What happens within is kept whole or not at all. Raises PaddockError."""
        from sqlite3 import DatabaseError, IntegrityError, OperationalError

        with self._lock:
            try:
                database = self._opened()
                with database:
                    database.execute("BEGIN IMMEDIATE")
                    yield database
            except (OperationalError, IntegrityError, OSError) as error:
                raise _unusable(self._path, str(error)) from error
            except DatabaseError as error:
                self._set_aside(str(error))
                raise _unusable(self._path, f"{error}. {self._note}") from error

    def empty_log(self) -> None:
        """Cut the log of what was written to nothing; one that another program reads stays."""
        from sqlite3 import DatabaseError

        with self._lock:
            try:
                self._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except (DatabaseError, OSError) as error:
                raise _unusable(self._path, str(error)) from error

    def take_note(self) -> str | None:
        """What the user must be told once: that a damaged file was set aside."""
        note, self._note = self._note, None
        return note

    def close(self) -> None:
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _opened(self) -> "Connection":
        from sqlite3 import DatabaseError, OperationalError

        if self._database is None:
            try:
                self._database = self._open()
            except OperationalError:
                raise
            except DatabaseError as error:
                self._set_aside(str(error))
                self._database = self._open()
        return self._database

    def _open(self) -> "Connection":
        import sqlite3

        _make_private(self._path)
        database = sqlite3.connect(
            self._path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            if version_of(database) > VERSION:
                raise _newer(self._path)
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.execute("PRAGMA secure_delete = ON")
            migrate(database)
        except BaseException:
            database.close()
            raise
        return database

    def _set_aside(self, reason: str) -> None:
        """Keep the damaged file beside, under a name not taken."""
        self._close()
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.damaged-{number}")).exists():
            number += 1
        for suffix in _BESIDE:
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.replace(aside.with_name(aside.name + suffix))
        self._note = f"The file of your chats was damaged. It was set aside as {aside.name}."
        log.error("conversations: %s; set aside as %s", reason, aside)


def _make_private(path: Path) -> None:
    """The file exists and only this user reads it; SQLite gives its companions the same mode."""
    flags = os.O_RDWR | os.O_CREAT
    if sys.platform == "win32":
        os.close(os.open(path, flags, 0o600))
    else:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(handle, 0o600)
        finally:
            os.close(handle)


def _unusable(path: Path, reason: str) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.CONVERSATIONS_UNUSABLE,
            title="Your chats cannot be read or kept",
            detail=f"{path}: {reason}",
        )
    )


def _newer(path: Path) -> PaddockError:
    return PaddockError(
        ServerFailure(
            cause=FailureCause.CONVERSATIONS_UNUSABLE,
            title="Your chats were kept by a newer Paddock",
            detail=f"Update Paddock to read {path}. Until then nothing is kept.",
        )
    )
