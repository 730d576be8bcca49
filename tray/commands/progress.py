"""A line of progress on standard error."""

import sys
import time

from tray.commands.output import note
from tray.ui.terminal.controls import harmless_line

_ON_TERMINAL, _IN_PIPE = 0.2, 5.0
"""Seconds between two lines."""


class ProgressLine:
    """One line that changes on a terminal; now and then a line in a pipe."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._next = 0.0
        self._open = False
        self._waiting: str | None = None

    def is_due(self, waiting: str | None) -> bool:
        """Whether it is time for another line: at once for something else that is waited for."""
        before, self._waiting = self._waiting, waiting
        return waiting not in (None, before) or time.monotonic() >= self._next

    def show(self, words: str) -> None:
        """In the place of the last one, on a terminal."""
        self._next = time.monotonic() + (_ON_TERMINAL if self._on_terminal else _IN_PIPE)
        if self._on_terminal:
            print(f"\r{harmless_line(words)}\x1b[K", end="", file=sys.stderr, flush=True)
            self._open = True
        else:
            note(words)

    def end(self) -> None:
        """What comes next gets a line of its own."""
        if self._open:
            self._open = False
            note("")
