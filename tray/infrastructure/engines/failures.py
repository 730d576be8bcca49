"""Pure: why an engine could not be got, in words."""

from pathlib import Path

from tray.models.failure import FailureCause, PaddockError, ServerFailure

OLDER = "The engine in use stays as it is."


def odd(host: str, reason: str) -> PaddockError:
    """An answer that no host of releases gives."""
    return _failure(
        FailureCause.DOWNLOAD_FAILED,
        "The server's answer makes no sense",
        f"{host} {reason}. Try again later.",
    )


def gone(host: str, status: int) -> PaddockError:
    """The release has no such file."""
    return _failure(
        FailureCause.DOWNLOAD_REFUSED,
        "The build is not there",
        f"{host} answers {status}. A newer Paddock may know a newer build; until then use a "
        "llama-server of your own (server.executable).",
    )


def unusable(folder: Path, error: OSError) -> PaddockError:
    """The disk or its permissions."""
    return _failure(
        FailureCause.FOLDER_UNUSABLE,
        "The engine cannot be saved",
        f"{folder}: {error.strerror or error}. Check the folder and the disk. {OLDER}",
    )


def busy() -> PaddockError:
    """Somebody else works in the folder."""
    return _failure(
        FailureCause.DOWNLOAD_FAILED,
        "An engine is being fetched already",
        "Wait until it is done, here or in the other Paddock.",
    )


def not_whole(name: str, reason: str) -> PaddockError:
    """An archive without an engine in it."""
    return _failure(
        FailureCause.DOWNLOAD_FAILED, "There is no engine in it", f"{name}: {reason}. {OLDER}"
    )


def no_gpu(name: str, lines: tuple[str, ...]) -> PaddockError:
    """A GPU build that lists no GPU."""
    return _failure(
        FailureCause.GPU_BACKEND_FAILED,
        "The new engine sees no GPU",
        f"{name} lists no GPU of this machine. Update the GPU's driver, or try another build: "
        f"paddock engines. {OLDER}",
        lines,
    )


def does_not_run(name: str, failure: ServerFailure) -> PaddockError:
    """It was unpacked, and ended when it was asked something."""
    return PaddockError(
        failure.model_copy(
            update={
                "title": "The new engine does not run here",
                "detail": f"{name}: {failure.title}. {failure.detail} {OLDER}",
            }
        )
    )


def changed(path: Path) -> PaddockError:
    """The files are not those that were unpacked."""
    return _failure(
        FailureCause.DOWNLOAD_FAILED,
        "The engine's files have changed",
        f"{path} does not hold what was checked. Get this engine again.",
    )


def not_looked_at() -> PaddockError:
    """The process that looks at the machine ended without an answer."""
    return _failure(
        FailureCause.INTERNAL,
        "This machine could not be looked at",
        "A GPU driver that hangs is the usual reason. Restart the computer, then try again.",
    )


def ended(words: str) -> PaddockError:
    """The process that does the work ended without a result."""
    return _failure(
        FailureCause.DOWNLOAD_FAILED,
        "Getting the engine was interrupted",
        f"{words}. What has arrived is kept: getting it again goes on from there.",
    )


def _failure(
    cause: FailureCause, title: str, detail: str, lines: tuple[str, ...] = ()
) -> PaddockError:
    return PaddockError(ServerFailure(cause=cause, title=title, detail=detail, log_lines=lines))
