"""Asks an executable for its devices: ``--list-devices``, with a time limit."""

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tray.infrastructure.llama.discovery.devices import Device, parse_devices
from tray.infrastructure.llama.failures.exit_codes import exit_words, unsigned
from tray.infrastructure.llama.failures.refusal import refusal
from tray.infrastructure.llama.gpu_use import gpu_trouble
from tray.infrastructure.llama.supervision.supervised import SupervisedProcess
from tray.models.failure import FailureCause, PaddockError
from tray.models.launch import ExitStatus

LIST_DEVICES = "--list-devices"
TIME_LIMIT = 10.0
KILL_LIMIT = 5.0
OUTPUT_LIMIT = 64 * 1024
LOG_LINES = 20
MISSING_LIBRARY = (
    "error while loading shared libraries",
    "Library not loaded",
    "symbol lookup error",
)
DLL_CODES = (0xC0000135, 0xC0000139)
log = logging.getLogger(__name__)

FileStamp = tuple[str, int, int]


@dataclass(frozen=True)
class Ending:
    """The exit code (minus a signal's number) and the beginning of what was printed."""

    code: int
    output: str


@dataclass(frozen=True)
class _Command:
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    working_directory: Path


class _Beginning:
    """An OutputSink that keeps the beginning."""

    def __init__(self) -> None:
        self._data = b""

    @property
    def text(self) -> str:
        return self._data.decode(errors="replace")

    def feed(self, data: bytes) -> None:
        self._data += data[: OUTPUT_LIMIT - len(self._data)]

    def tail(self, count: int) -> tuple[str, ...]:
        return tuple(self.text.splitlines()[-count:])

    def close(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True)
class Listing:
    """``devices`` is ``None`` when this build cannot list any; ``trouble`` as gpu_trouble's."""

    devices: tuple[Device, ...] | None
    trouble: tuple[str, tuple[str, ...]] | None = None

    @property
    def has_gpu(self) -> bool:
        return any(device.is_gpu for device in self.devices or ())


class DeviceProbe:
    """Remembers what each file answered until the file changes. Thread-safe.

    ``environment`` is the probe's whole environment; ``time_limit`` in seconds. Where a
    GPU is there (``gpu_present``) and none is listed, the next call asks again: its driver
    may have been mended meanwhile.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        gpu_present: Callable[[], bool],
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._environment = dict(environment)
        self._gpu_present = gpu_present
        self._time_limit = time_limit
        self._known: dict[FileStamp, Listing] = {}
        self._lock = threading.Lock()

    def listing(self, executable: Path) -> Listing:
        """What the program says of its devices.

        Raises PaddockError when the program cannot run here at all or does not
        end within the time limit.
        """
        status = executable.stat()
        stamp = (str(executable), status.st_mtime_ns, status.st_size)
        with self._lock:
            listing = self._known.get(stamp) or self._ask(executable)
            if listing.has_gpu or not self._gpu_present():
                self._known[stamp] = listing
            return listing

    def _ask(self, executable: Path) -> Listing:
        ending = run_briefly(executable, (LIST_DEVICES,), self._environment, self._time_limit)
        if ending.code == 0:
            devices = parse_devices(ending.output)
            return Listing(devices, gpu_trouble(ending.output.splitlines()))
        failure = start_failure(executable, ending)
        if failure is not None:
            raise failure
        log.info("%s --list-devices ended with %s", executable, ending.code)
        return Listing(None)


class _Run:
    """One supervised run: a Paddock that is killed meanwhile leaves no probe behind."""

    def __init__(self, command: _Command) -> None:
        self._over = threading.Event()
        self._output = _Beginning()
        self._status = ExitStatus()
        self._refused: PaddockError | None = None
        self._process = SupervisedProcess(
            command, self._output, _ignore, _ignore, self._ended, self._failed
        )

    def wait(self, seconds: float) -> Ending | None:
        """How it ended; ``None`` when it had to be ended. Raises PaddockError if refused."""
        if not self._over.wait(seconds):
            self._process.kill()
            self._over.wait(KILL_LIMIT)
            return None
        if self._refused is not None:
            raise self._refused
        code = -self._status.signal if self._status.signal else self._status.code
        return Ending(-signal.SIGTERM if code is None else code, self._output.text)

    def _ended(self, status: ExitStatus) -> None:
        self._status = status
        self._over.set()

    def _failed(self, error: PaddockError) -> None:
        self._refused = error
        self._over.set()


def run_briefly(
    executable: Path,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    time_limit: float = TIME_LIMIT,
) -> Ending:
    """Ask the program something that it answers and ends.

    Raises PaddockError when it cannot be started or does not end in time.
    """
    argv = (str(executable), *arguments)
    ending = _Run(_Command(argv, environment, executable.parent)).wait(time_limit)
    if ending is None:
        raise refusal(
            FailureCause.HUNG,
            "llama-server did not answer",
            f"{executable} {' '.join(arguments)} did not end within {time_limit:g} s. "
            "Try it in a terminal; a GPU driver that hangs is the usual reason.",
        )
    return ending


def _ignore(_news: object) -> None:
    """A probe ends soon; its pid and pauses are nobody's concern."""


def start_failure(executable: Path, ending: Ending) -> PaddockError | None:
    """Why it could not run at all; ``None`` when it could."""
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
            f"{executable} {exit_words(ending.code)}. "
            "Its build may need a newer processor or another GPU driver.",
            lines,
        )
    return None
