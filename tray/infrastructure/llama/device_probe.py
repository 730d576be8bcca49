"""Asks an executable for its devices: ``--list-devices``, with a time limit."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tray.infrastructure.llama.devices import Device, parse_devices
from tray.infrastructure.llama.exit_codes import exit_words, unsigned
from tray.infrastructure.llama.refusal import refusal
from tray.models.failure import FailureCause, PaddockError

TIME_LIMIT = 10.0
OUTPUT_LIMIT = 64 * 1024
LOG_LINES = 20
MISSING_LIBRARY = (
    "error while loading shared libraries",
    "Library not loaded",
    "symbol lookup error",
)
DLL_CODES = (0xC0000135, 0xC0000139)
NOT_A_WIN32_PROGRAM = 193
log = logging.getLogger(__name__)

FileStamp = tuple[str, int, int]


@dataclass(frozen=True)
class _Ending:
    code: int
    output: str


class DeviceProbe:
    """Remembers what each file answered until the file changes. Thread-safe.

    ``environment`` is the probe's whole environment; ``time_limit`` in seconds.
    """

    def __init__(self, environment: Mapping[str, str], time_limit: float = TIME_LIMIT) -> None:
        self._environment = dict(environment)
        self._time_limit = time_limit
        self._known: dict[FileStamp, tuple[Device, ...] | None] = {}
        self._lock = threading.Lock()

    def devices(self, executable: Path) -> tuple[Device, ...] | None:
        """The devices listed, ``None`` when this build cannot list any.

        Raises PaddockError when the program cannot run here at all or does not
        end within the time limit.
        """
        status = executable.stat()
        stamp = (str(executable), status.st_mtime_ns, status.st_size)
        with self._lock:
            if stamp not in self._known:
                self._known[stamp] = self._ask(executable)
            return self._known[stamp]

    def _ask(self, executable: Path) -> tuple[Device, ...] | None:
        ending = _run(executable, self._environment, self._time_limit)
        if ending.code == 0:
            return parse_devices(ending.output)
        failure = _start_failure(executable, ending)
        if failure is not None:
            raise failure
        log.info("%s --list-devices ended with %s", executable, ending.code)
        return None


def _run(executable: Path, environment: dict[str, str], time_limit: float) -> _Ending:
    try:
        process = _spawn(executable, environment)
    except OSError as error:
        raise _not_started(executable, error) from error
    kept: list[bytes] = []
    reader = threading.Thread(target=_drain, args=(process.stdout, kept), daemon=True)
    reader.start()
    try:
        code = process.wait(time_limit)
    except subprocess.TimeoutExpired:
        _kill_group(process)
        raise refusal(
            FailureCause.HUNG,
            "llama-server did not answer",
            f"{executable} --list-devices did not end within {time_limit:g} s. "
            "Try it in a terminal; a GPU driver that hangs is the usual reason.",
        ) from None
    reader.join(1)
    return _Ending(code, b"".join(kept).decode(errors="replace"))


def _spawn(executable: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    return subprocess.Popen(
        [str(executable), "--list-devices"],
        env=environment,
        cwd=executable.parent,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        creationflags=flags,
    )


def _drain(stream: IO[bytes] | None, kept: list[bytes]) -> None:
    """Read to the end, keep the beginning: a full pipe would stop the program."""
    assert stream is not None
    size = 0
    with stream:
        while block := stream.read1(8192):  # type: ignore[attr-defined]
            if size < OUTPUT_LIMIT:
                kept.append(block)
                size += len(block)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a probe that still runs; its own session holds nothing but it."""
    if sys.platform == "win32":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _not_started(executable: Path, error: OSError) -> PaddockError:
    windows_code: int | None = getattr(error, "winerror", None)
    if error.errno == 8 or windows_code == NOT_A_WIN32_PROGRAM:
        return refusal(
            FailureCause.BINARY_WRONG_ARCHITECTURE,
            "llama-server is for another machine",
            f"The system cannot run {executable}: {error.strerror}. "
            "Get the build for this system and processor.",
        )
    return refusal(
        FailureCause.BINARY_NOT_EXECUTABLE,
        "llama-server could not be started",
        f"The system refused to run {executable}: {error.strerror}.",
    )


def _start_failure(executable: Path, ending: _Ending) -> PaddockError | None:
    lines = tuple(ending.output.splitlines()[-LOG_LINES:])
    missing = any(text in line for text in MISSING_LIBRARY for line in lines)
    if missing or unsigned(ending.code) in DLL_CODES:
        named = next((line for line in lines for text in MISSING_LIBRARY if text in line), "")
        return refusal(
            FailureCause.LIBRARY_MISSING,
            "llama-server lacks a library",
            f"{named or exit_words(ending.code)}. Install the whole llama.cpp package, libraries "
            f"included, beside {executable}. LD_LIBRARY_PATH and its like are not passed on.",
            lines,
        )
    if ending.code < 0 or unsigned(ending.code) >= 0xC0000000:
        return refusal(
            FailureCause.CRASHED,
            "llama-server crashes at once",
            f"{executable} --list-devices {exit_words(ending.code)}. "
            "Its build may need a newer processor or another GPU driver.",
            lines,
        )
    return None
