"""One ``nvidia-smi --loop`` process and the thread that reads what it prints."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Condition, Thread
from typing import IO

from tray.infrastructure.gpu.nvidia_smi_csv import QUERY, SmiComplaint, SmiCsv
from tray.infrastructure.no_window import NO_WINDOW
from tray.models.metrics import GpuMetrics

_ARGUMENTS = (f"--query-gpu={','.join(QUERY)}", "--format=csv,noheader,nounits", "--loop=1")
_LONGEST_LINE = 4096
_END_SECONDS = 1.0
_LEAVE_SECONDS = 0.2
_FIRST_BATCH_SECONDS = 0.2


class SmiLoop:
    """Holds the last row of each GPU with the moment it came.

    Should this process die without a word, the closed pipe ends nvidia-smi at
    the next line it prints.
    """

    def __init__(self, program: Path, clock: Callable[[], float]) -> None:
        """Start the program. Raises OSError."""
        self._clock = clock
        self._process = subprocess.Popen(
            [str(program), *_ARGUMENTS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            creationflags=NO_WINDOW,
            start_new_session=sys.platform != "win32",
        )
        self._changed = Condition()
        self._rows: dict[int, tuple[float, GpuMetrics]] = {}
        self.last_row_at = self._clock()
        self.has_printed = False
        self._has_repeated = False
        self.complaint: SmiComplaint | None = None
        self.ended = False
        self.is_doomed = False
        assert self._process.stdout is not None
        Thread(
            target=self._pump, args=(self._process.stdout,), name="nvidia-smi", daemon=True
        ).start()

    @property
    def exit_code(self) -> int | None:
        """The exit code once it ended."""
        return self._process.poll()

    def rows(self, fresh_seconds: float, wait_seconds: float) -> tuple[GpuMetrics, ...]:
        """Rows not older than ``fresh_seconds``; waits for the very first ones."""
        with self._changed:
            if not self.has_printed:
                self._changed.wait_for(lambda: self.has_printed or self.ended, wait_seconds)
                self._changed.wait_for(
                    lambda: not self.has_printed or self._has_repeated or self.ended,
                    _FIRST_BATCH_SECONDS,
                )
            oldest = self._clock() - fresh_seconds
            fresh = {at: row for at, (came, row) in self._rows.items() if came >= oldest}
            return tuple(fresh[index] for index in sorted(fresh)) if not self.ended else ()

    def end(self) -> bool:
        """Kill the process, unless it is ending by itself; whether it is gone."""
        self.is_doomed = True
        if self.ended and self._is_gone_within(_LEAVE_SECONDS):
            return True
        self._process.kill()
        return self._is_gone_within(_END_SECONDS)

    def _is_gone_within(self, seconds: float) -> bool:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _pump(self, output: IO[bytes]) -> None:
        stream = SmiCsv()
        with output:
            while line := output.readline(_LONGEST_LINE):
                self._take(stream.feed(line.decode("utf-8", "replace")))
        with self._changed:
            self.ended = True
            self._changed.notify_all()

    def _take(self, found: GpuMetrics | SmiComplaint | None) -> None:
        with self._changed:
            if isinstance(found, SmiComplaint):
                self.complaint = found
            elif found is not None:
                self.last_row_at = self._clock()
                self._has_repeated = self._has_repeated or found.index in self._rows
                self._rows[found.index] = (self.last_row_at, found)
                self.complaint = None
                self.has_printed = True
                self._changed.notify_all()
