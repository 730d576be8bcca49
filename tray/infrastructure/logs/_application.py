"""One record, one line, for everything Paddock has to say about itself."""

import contextlib
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from threading import RLock

from tray.infrastructure.escape import escaped
from tray.infrastructure.logs._rotating import RotatingFile

log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0
_MOST_HELD = 256 << 10
_MOST_SECRETS = 64


class ApplicationLog:
    """``paddock.log`` in ``folder``: ISO time, level, source, text.

    Writing never raises. While the file cannot be written (a full disk, a
    read-only folder) the newest 256 KiB wait in memory and are written when
    it can; ``trouble`` says why, and standard error says it once.
    """

    def __init__(self, folder: Path, largest: int = 2 << 20, files: int = 5) -> None:
        self.path = folder / "paddock.log"
        self.trouble: str | None = None
        self._file = RotatingFile(self.path, largest, files)
        self._lock = RLock()
        self._secrets: dict[str, None] = {}
        self._held: deque[bytes] = deque()
        self._held_size = 0
        self._lost = 0
        self._retry_at = 0.0
        self._handler: logging.Handler | None = None
        self._thread_hook = threading.excepthook

    def redact(self, secret: str) -> None:
        """Show ``secret`` as ``***`` from now on; the last 64 are remembered."""
        if secret:
            with self._lock:
                secrets = {known: None for known in self._secrets if known != secret}
                secrets[secret] = None
                # Replaced whole, so that redacted() may read it without the lock.
                self._secrets = dict.fromkeys(list(secrets)[-_MOST_SECRETS:])

    def redacted(self, text: str) -> str:
        """``text`` without any registered secret."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, "***")
        return text

    def write(self, level: str, source: str, lines: Iterable[str]) -> None:
        """Append one record for each of ``lines``; redacted and escaped here."""
        stamp = datetime.now().astimezone().isoformat(timespec="milliseconds")
        start = f"{stamp} {level} {escaped(source)}: "
        text = "".join(f"{start}{escaped(self.redacted(line))}\n" for line in lines)
        with self._lock:
            self._append(text.encode("utf-8", "backslashreplace"))

    def install(self, level: int = logging.INFO) -> None:
        """Send Python's logging here, and what ends a thread.

        httpx tells every request at INFO; that is left out.
        """
        self._thread_hook, threading.excepthook = threading.excepthook, self._thread_failed
        self._handler = _Handler(self)
        root = logging.getLogger()
        root.addHandler(self._handler)
        root.setLevel(level)
        for chatty in ("httpx", "httpcore", "PIL", "markdown_it", "wakepy"):
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def close(self) -> None:
        """Take the handler away and close the file, after a last try to write."""
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            threading.excepthook = self._thread_hook
            self._handler = None
        with self._lock:
            self._retry_at = 0.0
            if self._held:
                self._append(b"")
            self._file.close()

    def _thread_failed(self, failed: threading.ExceptHookArgs) -> None:
        """Nobody reads the standard error of a program that was started from a menu."""
        if failed.exc_value is not None and failed.exc_type is not SystemExit:
            name = failed.thread.name if failed.thread else "?"
            log.error("the thread %s ended by a mistake", name, exc_info=failed.exc_value)
        self._thread_hook(failed)

    def _append(self, data: bytes) -> None:
        if self.trouble is not None and time.monotonic() < self._retry_at:
            self._hold(data)
            return
        try:
            self._file.append(self._backlog() + data)
        except OSError as error:
            self._hold(data)
            self._complain(error.strerror or str(error))
        else:
            self.trouble = None
            self._held.clear()
            self._held_size = self._lost = 0

    def _backlog(self) -> bytes:
        if self.trouble is None:
            return b""
        stamp = datetime.now().astimezone().isoformat(timespec="milliseconds")
        note = f"{stamp} WARNING log: was not writable ({escaped(self.trouble)}); "
        note += f"{len(self._held)} writes kept in memory follow, {self._lost} are lost\n"
        return note.encode() + b"".join(self._held)

    def _hold(self, data: bytes) -> None:
        if data:
            self._held.append(data)
            self._held_size += len(data)
        while self._held_size > _MOST_HELD:
            self._held_size -= len(self._held.popleft())
            self._lost += 1

    def _complain(self, reason: str) -> None:
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        first, self.trouble = self.trouble is None, reason
        if first and sys.stderr is not None:
            with contextlib.suppress(OSError, ValueError):
                print(f"paddock: {self.path} cannot be written: {reason}", file=sys.stderr)


class _Handler(logging.Handler):
    def __init__(self, log: ApplicationLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - a wrong log call must not stop its caller
            text = f"{record.msg!r} with unfitting arguments"
        self._log.write(record.levelname, record.name, (text,))
