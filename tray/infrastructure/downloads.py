"""Files for the user, in the folder where people look for them."""

from pathlib import Path

from tray.models.failure import FailureCause, PaddockError, ServerFailure


def save_download(name: str, text: str, folder: Path | None = None) -> Path:
    """Write a new file, with a number in its name where ``name`` is taken; UTF-8.

    ``folder`` is the user's folder for downloads if not given. Raises PaddockError.
    """
    folder = folder or _downloads()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _write_new(folder / name, text)
    except OSError as error:
        raise PaddockError(
            ServerFailure(
                cause=FailureCause.FOLDER_UNUSABLE,
                title="The chat could not be saved",
                detail=f"{folder}: {error.strerror or error}",
            )
        ) from error


def _downloads() -> Path:
    from platformdirs import user_downloads_path

    return user_downloads_path()


def _write_new(wanted: Path, text: str) -> Path:
    path, number = wanted, 1
    while True:
        try:
            with path.open("x", encoding="utf-8", newline="\n") as file:
                file.write(text)
            return path
        except FileExistsError:
            number += 1
            path = wanted.with_stem(f"{wanted.stem} ({number})")
