"""Starts a child that is asked on its standard input and answers with lines."""

import contextlib
import errno
import subprocess
import sys
from pathlib import Path
from typing import Any

from tray.infrastructure.no_window import NO_WINDOW
from tray.models.failure import FailureCause, PaddockError, ServerFailure

Child = subprocess.Popen[bytes]

_END_SECONDS = 2.0


def start_child(command: tuple[str, ...]) -> Child:
    """By its argv, without a window. Raises PaddockError."""
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=Path.home(),
            creationflags=NO_WINDOW,
        )
    except OSError as error:
        raise not_started(error) from error


def not_started(error: OSError) -> PaddockError:
    """Why Paddock cannot run its own program once more."""
    if error.errno == errno.ENOENT:
        title = "Paddock's own program is gone"
        detail = (
            f"{error.filename or sys.executable} is not there any more: Paddock or Python was "
            "updated, moved or removed. Quit Paddock and start it again."
        )
    else:
        title = "A helper process cannot be started"
        detail = f"{error.strerror or error}. Close some programs and try again."
    return PaddockError(ServerFailure(cause=FailureCause.INTERNAL, title=title, detail=detail))


def end_child(child: "subprocess.Popen[Any]", seconds: float = _END_SECONDS) -> bool:
    """Kill it and wait, though not for ever: one that hangs in the kernel goes when it can.

    Whether it is gone; the pipes of one that is not stay open, since somebody may read them.
    """
    child.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    return child.returncode is not None


def close_pipes(child: Child) -> None:
    """Of one that has ended; what was still to be written has no reader any more."""
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
