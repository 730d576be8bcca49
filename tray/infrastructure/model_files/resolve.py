"""Resolves a model path and says what is wrong with it before anything is spawned."""

from pathlib import Path

from tray.infrastructure.llama.failures.refusal import refusal
from tray.infrastructure.llama.home_path import absolute_path
from tray.infrastructure.model_files.gguf_header import HeaderError, HeaderProblem, read_header
from tray.infrastructure.model_files.name import model_name, part_paths
from tray.models.failure import FailureCause, PaddockError

CORRUPT = FailureCause.MODEL_CORRUPT
AGAIN = "Download or copy it again."

UNSUPPORTED = FailureCause.MODEL_UNSUPPORTED
# Cause, title, and what the file does, behind its path.
_BAD = {
    HeaderProblem.EMPTY: (CORRUPT, "The model file is empty", f"has no content. {AGAIN}"),
    HeaderProblem.NOT_GGUF: (
        UNSUPPORTED,
        "The model is not a GGUF file",
        "does not begin as a GGUF file does. llama.cpp runs models in the GGUF format.",
    ),
    HeaderProblem.LFS_POINTER: (
        UNSUPPORTED,
        "The model was not fetched",
        "only points to it. Run `git lfs pull` in that folder, or download the model.",
    ),
    HeaderProblem.OTHER_VERSION: (
        UNSUPPORTED,
        "The model has another GGUF version",
        "says GGUF version {version}; versions 2 and 3 can be loaded.",
    ),
    HeaderProblem.OTHER_BYTES: (
        UNSUPPORTED,
        "The model is for another kind of computer",
        "has its bytes in another order (big-endian). Get the usual file of this model.",
    ),
    HeaderProblem.TRUNCATED: (
        CORRUPT,
        "The model file is incomplete",
        f"is damaged or cut off in its header. {AGAIN}",
    ),
}


def resolve_model(path: Path, *, home: Path, model_folder: Path) -> Path:
    """The absolute path of the file to load, checked; of a split model its first part.

    ``~`` is ``home``; a relative path starts at ``model_folder``, Paddock's own
    (the terminal makes paths of its user absolute before they get here). Links
    are followed for the checks but kept in the result: the parts of a split
    model are found by the names of the links. Raises PaddockError.
    """
    absolute = absolute_path(path, home=home, base=model_folder)
    check_text(absolute)
    parts = part_paths(absolute)
    for number, part in enumerate(parts, 1):
        if len(parts) > 1 and not _exists(part):
            raise _part_missing(part, number, len(parts))
        _check_file(part)
        _check_header(part)
    return parts[0]


def check_text(path: Path) -> None:
    """Raise PaddockError for a name that is no text: neither an engine nor JSON can hold it."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        shown = ascii(str(path))
        raise refusal(
            FailureCause.MODEL_UNREADABLE,
            "The model's path is not valid text",
            f"{shown} is not valid UTF-8; llama.cpp cannot be given this path. Rename it.",
        ) from None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:
        raise _unreadable(path, error) from error


def _check_file(path: Path) -> None:
    if _exists(path) and path.is_file():
        return
    if path.is_dir():
        raise refusal(
            FailureCause.MODEL_MISSING,
            "The model is a folder",
            f"{path} is a folder. Choose a .gguf file in it.",
        )
    if path.is_symlink():
        raise refusal(
            FailureCause.MODEL_MISSING,
            "The model is missing",
            f"{path} is a link to {path.readlink()}, which does not exist.",
        )
    raise refusal(
        FailureCause.MODEL_MISSING,
        "The model is missing",
        f"There is no model file {path}. Choose another model or correct the path.",
    )


def _check_header(path: Path) -> None:
    try:
        header = read_header(path)
    except HeaderError as error:
        raise _bad_header(path, error) from error
    except OSError as error:
        raise _unreadable(path, error) from error
    if not header.is_model:
        raise refusal(
            FailureCause.MODEL_UNSUPPORTED,
            "The file is not a language model",
            f"{path} is a {header.kind or 'projector (mmproj)'} file, which belongs to a model. "
            "Choose the model itself.",
        )


def _bad_header(path: Path, error: HeaderError) -> PaddockError:
    cause, title, detail = _BAD[error.problem]
    return refusal(cause, title, f"{path} {detail.format(version=error.version)}")


def _unreadable(path: Path, error: OSError) -> PaddockError:
    return refusal(
        FailureCause.MODEL_UNREADABLE,
        "The model cannot be read",
        f"{path}: {error.strerror or error}. Check its permissions and the disk.",
    )


def _part_missing(part: Path, number: int, parts: int) -> PaddockError:
    return refusal(
        FailureCause.MODEL_MISSING,
        "A part of the model is missing",
        f"{model_name(part).stem} has {parts} files and number {number} is not there: {part}.",
    )
