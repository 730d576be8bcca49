"""SHA-256 of a file while it is written: a thread reads behind the writer.

``hashlib`` and the reads let the interpreter's lock go, so hashing costs the transfer
nothing where there is a second core. What is hashed is what the file holds.
"""

import hashlib
import os
import sys
import threading

PIECE = 1 << 20


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
    """The hash of a file from its begin to where ``reach`` says it is written."""

    def __init__(self, file: FileAt) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._changed = threading.Condition()
        self._written = 0
        self._hashed = 0
        self._ended = False
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="hash", daemon=True)
        self._thread.start()

    def reach(self, size: int) -> None:
        """``size`` bytes are written; they do not change any more."""
        with self._changed:
            self._written = size
            self._changed.notify_all()

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

    def _is_settled(self) -> bool:
        return self._hashed >= self._written or self._failure is not None

    def _run(self) -> None:
        buffer = memoryview(bytearray(PIECE))
        while (size := self._next()) is not None:
            try:
                count = self._file.read(buffer[:size], self._hashed)
            except OSError as error:
                self._settle(0, error)
                return
            if not count:
                self._settle(0, OSError("the file was cut by somebody else"))
                return
            self._hash.update(buffer[:count])
            self._settle(count)

    def _next(self) -> int | None:
        """How many bytes to read next; ``None`` at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._written > self._hashed)
            return None if self._ended else min(PIECE, self._written - self._hashed)

    def _settle(self, count: int, failure: OSError | None = None) -> None:
        with self._changed:
            self._hashed += count
            self._failure = failure
            if self._hashed >= self._written or failure is not None:
                self._changed.notify_all()
