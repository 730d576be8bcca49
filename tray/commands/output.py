"""Standard output for results, standard error for everything else."""

import sys
from typing import TYPE_CHECKING

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
    """A result."""
    print(text, flush=True)


def note(text: str) -> None:
    """Something beside the result."""
    print(text, file=sys.stderr, flush=True)


def fail(failure: "ServerFailure") -> int:
    """The reason, and the exit code; it may have names of files and lines of an engine in it."""
    from tray.ui.present import failure_text
    from tray.ui.terminal.controls import harmless

    note(harmless(f"paddock: {failure_text(failure)}"))
    return FAILED


def note_problems(loaded: "LoadedSettings") -> None:
    """What of the settings file is not used."""
    for problem in loaded.problems:
        note(f"settings: {problem.sentence}")
