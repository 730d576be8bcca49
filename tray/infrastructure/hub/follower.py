"""SHA-256 of a file while it is written, on a thread of its own.

``hashlib`` lets the interpreter's lock go, so hashing costs the transfer nothing where
there is a second core. What was in the file before is read from it meanwhile.
"""

import hashlib
import os
import sys
import threading
from collections import deque

PIECE = 1 << 20
MOST_WAITING = 5
"""Pieces in memory that wait to be hashed."""


class FileAt:
    """Reads and writes of one open file at offsets, from two threads at a time."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._place = threading.Lock()

    def read(self, buffer: memoryview, offset: int) -> int:
        """Bytes read into ``buffer``; 0 at the end. Raises OSError."""
        if sys.platform == "win32":
            # Only this handle may read where it holds the lock.
            with self._place:
                os.lseek(self._handle, offset, os.SEEK_SET)
                data = os.read(self._handle, len(buffer))
            buffer[: len(data)] = data
            return len(data)
        if hasattr(os, "preadv"):
            return os.preadv(self._handle, [buffer], offset)
        data = os.pread(self._handle, len(buffer), offset)
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: memoryview, offset: int) -> int:
        """Bytes written, which may be fewer. Raises OSError."""
        if sys.platform == "win32":
            with self._place:
                os.lseek(self._handle, offset, os.SEEK_SET)
                return os.write(self._handle, data)
        return os.pwrite(self._handle, data, offset)


class Follower:
    """The hash of a file from its begin to where ``take`` says it is written."""

    def __init__(self, file: FileAt, written: int) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._changed = threading.Condition()
        self._written = written
        self._hashed = 0
        # Pieces that are still in memory, without a gap up to ``_covered``.
        self._pieces: deque[memoryview] = deque()
        self._covered = 0
        self._ended = False
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    def take(self, piece: memoryview) -> None:
        """``piece`` was appended to the file. It must not change until five more were taken.

        Returns when at most five wait. While what was there before is still being read,
        pieces are left to the file, and nobody waits.
        """
        with self._changed:
            if self._covered == self._written:
                self._pieces.append(piece)
                self._covered += len(piece)
            self._written += len(piece)
            self._changed.notify_all()
            self._changed.wait_for(self._has_room)

    def caught_up(self, seconds: float) -> bool:
        """Wait so long until everything written is hashed. Raises OSError."""
        with self._changed:
            done = self._changed.wait_for(self._is_settled, seconds)
        if self._failure is not None:
            raise self._failure
        return done

    def digest(self) -> str:
        """SHA-256 in hex of what is hashed; sensible once caught up."""
        return self._hash.hexdigest()

    def end(self) -> None:
        """End the thread; the file may be closed after it."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._thread.join()

    def _has_room(self) -> bool:
        return len(self._pieces) <= MOST_WAITING or self._ended or self._failure is not None

    def _is_settled(self) -> bool:
        return self._hashed >= self._written or self._failure is not None

    def _run(self) -> None:
        buffer: memoryview | None = None
        while self._wait():
            if self._pieces:
                piece = self._pieces[0]
            else:
                buffer = buffer or memoryview(bytearray(PIECE))
                try:
                    count = self._file.read(buffer, self._hashed)
                except OSError as error:
                    self._fail(error)
                    return
                piece = buffer[: min(count, self._written - self._hashed)]
                if not piece:
                    self._fail(OSError("the file was cut by somebody else"))
                    return
            self._hash.update(piece)
            self._settle(len(piece))

    def _wait(self) -> bool:
        """Until there is something to hash; False at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._written > self._hashed)
            return not self._ended

    def _settle(self, count: int) -> None:
        with self._changed:
            self._hashed += count
            if self._pieces:
                self._pieces.popleft()
            else:
                self._covered = self._hashed
            self._changed.notify_all()

    def _fail(self, failure: OSError) -> None:
        with self._changed:
            self._failure = failure
            self._changed.notify_all()
