"""Why an engine could not even be started, by the operating system's own error."""

import errno

from tray.models.failure import FailureCause, PaddockError, ServerFailure
from tray.models.launch import LaunchSpec


def spawn_failure(spec: LaunchSpec, error: OSError) -> PaddockError:
    """The failure for an exec or CreateProcess that was refused."""
    program = spec.argv[0]
    match error.errno:
        case errno.ENOENT:
            cause, title = FailureCause.BINARY_MISSING, "The engine's program is missing"
            detail = f"{program} does not exist. Choose another engine in the settings."
        case errno.EACCES | errno.EPERM:
            cause, title = FailureCause.BINARY_NOT_EXECUTABLE, "The engine may not be executed"
            detail = f"Allow executing {program} (chmod +x), or choose another engine."
        case errno.ENOEXEC:
            cause = FailureCause.BINARY_WRONG_ARCHITECTURE
            title = "The engine is built for another system"
            detail = f"{program} is no program this machine can run. Get the build for it."
        case _:
            cause, title = FailureCause.INTERNAL, "The engine could not be started"
            detail = f"The system refused to start {program}: {error.strerror}."
    return PaddockError(ServerFailure(cause=cause, title=title, detail=detail))
