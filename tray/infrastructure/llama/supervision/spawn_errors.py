"""Why an engine could not even be started, by the operating system's own error."""

import errno
from pathlib import Path

from tray.infrastructure.llama.failures.refusal import refusal
from tray.models.failure import FailureCause, PaddockError


def spawn_failure(program: str, error: OSError) -> PaddockError:
    """The failure for an exec or CreateProcess that was refused."""
    match error.errno:
        case errno.ENOENT if Path(program).exists():
            return refusal(
                FailureCause.BINARY_NOT_EXECUTABLE,
                "The engine may not be executed",
                f"{program} needs an interpreter or loader that is not there. "
                "Choose another engine in the settings.",
            )
        case errno.ENOENT:
            return refusal(
                FailureCause.BINARY_MISSING,
                "The engine's program is missing",
                f"{program} does not exist. Choose another engine in the settings.",
            )
        case errno.EACCES | errno.EPERM:
            return refusal(
                FailureCause.BINARY_NOT_EXECUTABLE,
                "The engine may not be executed",
                f"Allow executing {program} (chmod +x), or choose another engine.",
            )
        case errno.ENOEXEC:
            return refusal(
                FailureCause.BINARY_WRONG_ARCHITECTURE,
                "The engine is built for another system",
                f"{program} is no program this machine can run. Get the build for it.",
            )
    return refusal(
        FailureCause.INTERNAL,
        "The engine could not be started",
        f"The system refused to start {program}: {error.strerror}.",
    )
