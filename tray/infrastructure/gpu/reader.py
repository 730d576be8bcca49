"""What every GPU reader offers, and the three ways it says that it has no answer."""

from typing import Protocol

from tray.models.metrics import GpuMetrics

Pids = frozenset[int]
NOBODY: Pids = frozenset()


class ReaderError(Exception):
    """No measurement this time; the text says why, for the log."""


class ReaderUnavailable(ReaderError):
    """Nothing to read on this machine: no library, no program or no device."""


class ReaderFailed(ReaderError):
    """Something to read is here, but it does not answer or answers with an error."""


class ReaderBusy(ReaderError):
    """The answer is still on its way; asking again costs nothing."""

    def __init__(self, reason: str, waiting_seconds: float) -> None:
        super().__init__(reason)
        self.waiting_seconds = waiting_seconds


class GpuReader(Protocol):
    """Reads the GPUs of one vendor by one mechanism. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """What the log calls this mechanism."""

    def read(self, engine: Pids = NOBODY) -> tuple[GpuMetrics, ...]:
        """Measure every GPU now; may block. Raises ReaderError.

        ``engine`` are the processes whose share of the VRAM is asked for.
        After an error the next call starts from scratch, so a driver that
        comes back is found again.
        """

    def close(self) -> None:
        """Give back what was opened; ``read`` would open it again."""
