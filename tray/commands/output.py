"""Standard output for results, standard error for everything else."""

import sys
from typing import TYPE_CHECKING

from tray.ui.terminal.controls import harmless

if TYPE_CHECKING:
    from tray.models.failure import ServerFailure
    from tray.models.settings import LoadedSettings

DONE = 0
FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130


class WrongUsage(Exception):
    """The command was not given what it needs; the text says what."""


def say(text: str) -> None:
    """A result. A terminal gets no control characters, a pipe or a file all there is."""
    print(harmless(text) if sys.stdout.isatty() else text, flush=True)


def note(text: str) -> None:
    """Something beside the result; it may have names of files and lines of an engine in it."""
    print(harmless(text), file=sys.stderr, flush=True)


def fail(failure: "ServerFailure") -> int:
    """The reason, and the exit code."""
    from tray.ui.present import failure_text

    note(f"paddock: {failure_text(failure)}")
    return FAILED


def note_problems(loaded: "LoadedSettings") -> None:
    """What of the settings file is not used."""
    for problem in loaded.problems:
        note(f"settings: {problem.sentence}")
