"""Files into the system's trash. Send2Trash knows the trash of every desktop system."""

from collections.abc import Sequence
from pathlib import Path

from tray.models.failure import FailureCause, PaddockError, ServerFailure


def move_to_trash(files: Sequence[Path]) -> None:
    """Move them all; PaddockError when the first one cannot go there, and nothing happened.

    A later one that cannot is named, too: then the ones before it are in the trash.
    """
    # Imports GObject on Linux where that is installed: for a child, or a short command.
    from send2trash import send2trash

    for file in files:
        # Each system's trash raises its own kinds.
        try:
            send2trash(file)
        except Exception as error:
            raise _no_trash(file, files.index(file), error) from error


def delete_for_good(files: Sequence[Path]) -> None:
    """Remove them. Raises PaddockError."""
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise PaddockError(
                ServerFailure(
                    cause=FailureCause.FOLDER_UNUSABLE,
                    title="The model cannot be deleted",
                    detail=f"{file}: {error.strerror or error}.",
                )
            ) from error


def _no_trash(file: Path, before: int, error: Exception) -> PaddockError:
    done = f"{before} of its files are in the trash already" if before else "Nothing was deleted"
    return PaddockError(
        ServerFailure(
            cause=FailureCause.NO_TRASH,
            title="The model cannot be moved to the trash",
            detail=f"{file}: {_reason(error)}. {done}. It can be deleted for good instead.",
        )
    )


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.strip().splitlines()[0] if text.strip() else type(error).__name__
