"""Pure: how an engine ended and what it printed -> why, and whether to try again."""

import signal
from collections.abc import Sequence

from tray.infrastructure.llama.failures.clue import Clue
from tray.infrastructure.llama.failures.exit_codes import exit_words, signal_name, unsigned
from tray.infrastructure.llama.failures.log_clues import find_clue
from tray.models.failure import FailureCause, ServerFailure
from tray.models.launch import ExitStatus, LaunchSpec

SHOWN_LINES = 20
NO_MEMORY = 0xC0000017
# Also what a POSIX shell or loader answers for a missing or unusable program.
MISSING_LIBRARY = (127, 0xC0000135, 0xC0000139, 0xC0000142)
CANNOT_RUN = (126, 0xC000007B)
# Ctrl-C and log-off on Windows.
OUTSIDE_CODES = (0xC000013A, 0x40010004)


def explain_exit(
    status: ExitStatus, log_lines: Sequence[str], spec: LaunchSpec
) -> tuple[ServerFailure, bool]:
    """The failure to show, and whether starting again could help.

    For an exit nobody asked for. ``log_lines`` are the last lines the engine
    printed, oldest first; the key is taken out of them.
    """
    lines = [line.replace(spec.api_key, "[key]") for line in log_lines]
    clue, shown = _from_outside(status, spec), len(lines)
    if clue is None and (found := find_clue(lines, spec)) is not None:
        clue, shown = found
    clue = clue or _from_status(status, spec)
    # The line that tells is always among those shown.
    start = max(0, min(shown, len(lines) - SHOWN_LINES))
    failure = ServerFailure(
        cause=clue.cause,
        title=clue.title,
        detail=clue.detail,
        log_lines=tuple(lines[start : start + SHOWN_LINES]),
    )
    return failure, clue.retryable


def _from_outside(status: ExitStatus, spec: LaunchSpec) -> Clue | None:
    """Endings the log says nothing about."""
    if status.guard_lost:
        return Clue(
            FailureCause.ENDED_FROM_OUTSIDE,
            "The engine's guard was ended",
            "Something ended the process that watches the engine, so the engine was ended too. "
            "Start it again.",
            retryable=True,
        )
    asked = status.signal in (signal.SIGTERM, signal.SIGINT, 1)
    if not asked and (status.code is None or unsigned(status.code) not in OUTSIDE_CODES):
        return None
    how = signal_name(status.signal) if status.signal is not None else exit_words(status.code or 0)
    return Clue(
        FailureCause.ENDED_FROM_OUTSIDE,
        "The engine was ended from outside",
        f"Another program or the system ended process {spec.alias!r} ({how}). Start it again.",
        retryable=True,
    )


def _from_status(status: ExitStatus, spec: LaunchSpec) -> Clue:
    # By number: Windows has no SIGKILL to compare with.
    if status.signal == 9:
        return _killed(status.for_memory)
    if status.signal is not None:
        return _crash(f"It was ended by {signal_name(status.signal)}.")
    if status.code is None:
        return _crash("It ended, and the system did not say how.")
    return _from_code(unsigned(status.code), spec.argv[0])


def _from_code(code: int, program: str) -> Clue:
    ending = exit_words(code)
    if code in MISSING_LIBRARY:
        return _missing_library(f"{program} {ending}")
    if code in CANNOT_RUN:
        return Clue(
            FailureCause.BINARY_WRONG_ARCHITECTURE,
            "The engine cannot run here",
            f"{program} {ending}. Get the build for this system and processor.",
        )
    if code == NO_MEMORY:
        return _killed(for_memory=True)
    if code == 0:
        return Clue(
            FailureCause.ENDED_FROM_OUTSIDE,
            "The engine ended by itself",
            "It ended in good order although nobody here asked it to. Start it again.",
            retryable=True,
        )
    return _crash(f"It {ending}.")


def _killed(for_memory: bool | None) -> Clue:
    """A kill that leaves no trace; ``for_memory`` as in ExitStatus."""
    if for_memory is False:
        return Clue(
            FailureCause.ENDED_FROM_OUTSIDE,
            "The engine was killed from outside",
            "Another program killed it (SIGKILL); the system counted no kill for memory. Start it "
            "again.",
            retryable=True,
        )
    probably = "" if for_memory else ", probably"
    return Clue(
        FailureCause.KILLED_FOR_MEMORY,
        f"The engine was killed{probably} for memory",
        "The system kills programs when memory runs out. Choose a smaller model or context "
        "(server.context_size), or close other programs.",
        retryable=True,
    )


def _missing_library(what: str) -> Clue:
    return Clue(
        FailureCause.LIBRARY_MISSING,
        "The engine lacks a library",
        f"{what}. Install the whole llama.cpp package, libraries included.",
    )


def _crash(how: str) -> Clue:
    return Clue(
        FailureCause.CRASHED,
        "The engine crashed",
        f"{how} If it happens again, try another build of llama.cpp or a smaller context.",
        retryable=True,
    )
