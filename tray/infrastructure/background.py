"""Starts the resident process in the background and finds it."""

import subprocess
import sys
import time
from pathlib import Path

from tray.infrastructure.own_program import own_command
from tray.infrastructure.single_instance import SingleInstance
from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.local_api import Endpoint

_SECONDS = 20.0
_PAUSE = 0.02


def start_in_background(instance: SingleInstance) -> Endpoint:
    """Start ``paddock run --headless`` in a session of its own; how to reach it.

    It outlives this terminal and has none of its input or output. Raises
    PaddockError when it ends or does not answer in time.
    """
    process = _spawn((*own_command("run"), "--headless"))
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        if (endpoint := instance.read_endpoint()) is not None:
            return endpoint
        # Ended without a failure: another start was quicker, and is asked next.
        if process.poll() not in (None, 0):
            break
        time.sleep(_PAUSE)
    raise PaddockError(
        ServerFailure(
            cause=FailureCause.PADDOCK_UNREACHABLE,
            title="Paddock did not start in the background",
            detail="To see why, start it here: paddock run --headless",
        )
    )


def _spawn(argv: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    quiet = subprocess.DEVNULL
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        return subprocess.Popen(
            argv, stdin=quiet, stdout=quiet, stderr=quiet, cwd=Path.home(), creationflags=flags
        )
    return subprocess.Popen(
        argv, stdin=quiet, stdout=quiet, stderr=quiet, cwd=Path.home(), start_new_session=True
    )
