"""What a running engine prints, and what is kept of it."""

from typing import Protocol


class OutputSink(Protocol):
    """Takes the engine's raw output; never blocks for long."""

    def feed(self, data: bytes) -> None:
        """Bytes as they came, cut anywhere."""

    def tail(self, count: int) -> tuple[str, ...]:
        """The last lines, oldest first."""

    def close(self) -> None:
        """Nothing more will come."""
