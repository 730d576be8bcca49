"""Pure: which files of a repository make the model that was asked for."""

import re
from pathlib import PurePosixPath

from tray.infrastructure.device_names import is_device
from tray.infrastructure.escape import escaped
from tray.infrastructure.hub.address import asking_for
from tray.infrastructure.hub.failures import refused
from tray.infrastructure.hub.part_file import MOST_BYTES
from tray.infrastructure.model_files.name import is_projector_name, model_name, part_paths
from tray.infrastructure.model_files.projectors import projector_for
from tray.models.download import HubFile, HubRequest
from tray.models.failure import PaddockError

# Taken where nothing was asked for: the usual balance of size and quality first.
USUAL = ("Q4_K_M", "Q4_K_S", "Q5_K_M", "Q4_0", "Q8_0", "F16", "BF16")
# A name every system can hold, and nothing hidden.
_SAFE = re.compile(r"[^\x00-\x1f\x7f<>:\"/\\|?*.][^\x00-\x1f\x7f<>:\"/\\|?*]*\.gguf", re.IGNORECASE)
# What a quantization was weighed with: statistics in a GGUF file, no model.
_MATRIX = re.compile(r"(^|[-_.])imatrix$", re.IGNORECASE)
# Some models are named so, too, but statistics are a few hundredths of what they are of.
MATRIX_SHARE = 10
LONGEST_NAME = 180
MOST_OFFERED = 30


def chosen_files(files: tuple[HubFile, ...], request: HubRequest) -> tuple[HubFile, ...]:
    """The model's files in order, then its projector if there is one. Raises PaddockError."""
    by_path = {file.path: file for file in files if _is_usable(file)}
    first = model_paths(files, request.folder)
    if not first:
        raise _nothing(files, request)
    path = _picked(first, request)
    parts = [part.as_posix() for part in part_paths(_path(path))]
    gone = [part for part in parts if part not in by_path]
    if gone:
        raise refused("The model is incomplete there", f"{request.repository} lacks {gone[0]}.")
    chosen = [by_path[part] for part in parts]
    folder = PurePosixPath(path).parent
    for place in dict.fromkeys((folder, PurePosixPath())):
        names = tuple(_path(p).name for p in by_path if PurePosixPath(p).parent == place)
        projector = projector_for(_path(path), names)
        if projector is not None:
            chosen.append(by_path[(place / projector).as_posix()])
            break
    return tuple(chosen)


def model_paths(files: tuple[HubFile, ...], folder: str | None) -> list[str]:
    """Every model's first part, in order of name; of one folder, or of all for ``None``."""
    largest = max((file.size for file in files), default=0)
    return sorted(
        file.path
        for file in files
        if _is_usable(file)
        and (folder is None or file.path.startswith(f"{folder}/"))
        and model_name(_path(file.path)).part == 1
        and not is_projector_name(_path(file.path))
        and not _is_matrix(file, largest)
    )


def _picked(paths: list[str], request: HubRequest) -> str:
    if request.wanted is None:
        for quant in USUAL:
            if found := [path for path in paths if _has_quant(path, quant)]:
                return found[0]
        if len(paths) == 1:
            return paths[0]
        raise _offer("Which of its files do you want?", paths, request)
    wanted = request.wanted.casefold()
    if wanted.endswith(".gguf"):
        found = [p for p in paths if p.casefold() == wanted or _first_of(p, wanted)]
    else:
        found = _unsplit([path for path in paths if _has_quant(path, request.wanted)])
    if len(found) != 1:
        title = "Several files match" if found else "There is no such file"
        raise _offer(title, found or paths, request)
    return found[0]


def _unsplit(paths: list[str]) -> list[str]:
    """Without the models that are there in one piece, too."""
    whole = {path for path in paths if len(part_paths(_path(path))) == 1}
    return [
        path
        for path in paths
        if path in whole
        or _path(path).with_name(f"{model_name(_path(path)).stem}.gguf").as_posix() not in whole
    ]


def _first_of(first: str, wanted: str) -> bool:
    """Whether ``wanted`` is the name, without folders, or a later part, of the same model."""
    parts = [part.as_posix().casefold() for part in part_paths(_path(first))]
    return wanted in parts or wanted in [part.rpartition("/")[2] for part in parts]


def _has_quant(path: str, quant: str) -> bool:
    stem = model_name(_path(path)).stem
    return re.search(rf"(^|[-_.]){re.escape(quant)}$", stem, re.IGNORECASE) is not None


def _nothing(files: tuple[HubFile, ...], request: HubRequest) -> PaddockError:
    if elsewhere := model_paths(files, None):
        return _offer("There is no model in this folder", elsewhere, request)
    return refused(
        "There is no GGUF file in this repository",
        f"{request.repository} holds none. Look for a repository of the same model whose "
        "name ends in GGUF.",
    )


def _offer(title: str, paths: list[str], request: HubRequest) -> PaddockError:
    names = [escaped(asking_for(request, path)) for path in paths[:MOST_OFFERED]]
    more = f" and {len(paths) - MOST_OFFERED} more" if len(paths) > MOST_OFFERED else ""
    return refused(title, "There are:\n  " + "\n  ".join(names) + more)


def _is_usable(file: HubFile) -> bool:
    named = _SAFE.fullmatch(file.name) is not None and not is_device(file.name)
    fits = len(file.name) <= LONGEST_NAME and len(file.name.encode()) <= MOST_BYTES
    return named and fits


def _is_matrix(file: HubFile, largest: int) -> bool:
    """Whether it is an importance matrix, beside a file of ``largest`` bytes."""
    named = _MATRIX.search(model_name(_path(file.path)).stem) is not None
    return named and file.size * MATRIX_SHARE < largest


def _path(path: str) -> PurePosixPath:
    return PurePosixPath(path)
