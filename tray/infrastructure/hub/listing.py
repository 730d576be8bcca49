"""What a repository offers: its models with their sizes."""

import re
import shutil
from pathlib import Path, PurePosixPath

from tray.infrastructure.hub.address import asking_for
from tray.infrastructure.hub.choice import chosen_files, model_paths
from tray.infrastructure.hub.repository import Repository
from tray.infrastructure.model_files.name import is_projector_name, model_name
from tray.models.download import HubChoice, HubFile, HubOffer, HubRequest
from tray.models.failure import PaddockError

MOST_CHOICES = 60
_QUANT = re.compile(
    r"(?:^|[-_.])((?:UD-)?(?:I?Q\d+(?:_[0-9A-Z]+)*|T?Q\d+_\d+|BF16|F16|F32|MXFP4(?:_MOE)?))$",
    re.IGNORECASE,
)


def offered(repository: Repository, request: HubRequest, models: Path) -> HubOffer:
    """Every model there, or in the folder asked for, the smallest first.

    Raises PaddockError without any.
    """
    folder = models / repository.name
    usual = _usual(repository, request)
    choices = []
    for path in model_paths(repository.files, request.folder):
        try:
            choices.append(_choice(repository, request, path, folder))
        except PaddockError:
            # Parts of it are missing there: nothing to offer.
            continue
    if not choices:
        chosen_files(repository.files, request)
    choices.sort(key=lambda choice: choice.size)
    return HubOffer(
        repository=repository.name,
        licence=repository.licence,
        choices=tuple(choices[:MOST_CHOICES]),
        usual=usual,
        folder=folder,
        free=_free(folder),
    )


def _choice(repository: Repository, request: HubRequest, path: str, folder: Path) -> HubChoice:
    files = chosen_files(repository.files, request.model_copy(update={"wanted": path}))
    name = model_name(PurePosixPath(path)).stem
    quantization = _QUANT.search(name)
    return HubChoice(
        what=asking_for(request, path),
        name=name,
        quantization=quantization[1].upper() if quantization else None,
        size=sum(file.size for file in files),
        files=len(files),
        projector=is_projector_name(PurePosixPath(files[-1].path)),
        here=all(_is_here(folder, file) for file in files),
    )


def _is_here(folder: Path, file: HubFile) -> bool:
    """By size: one that the repository has replaced since is another file."""
    try:
        return (folder / file.name).stat().st_size == file.size
    except OSError:
        return False


def _usual(repository: Repository, request: HubRequest) -> str | None:
    try:
        return asking_for(request, chosen_files(repository.files, request)[0].path)
    except PaddockError:
        if request.wanted is not None:
            raise
        return None


def _free(folder: Path) -> int:
    """Bytes free where the folder is, or will be."""
    for place in (folder, *folder.parents):
        if place.exists():
            return shutil.disk_usage(place).free
    return 0
