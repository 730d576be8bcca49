"""Which files go with a model when it is deleted."""

from pathlib import Path

from tray.infrastructure.llama.launch.projector_file import ProjectorFolder
from tray.infrastructure.model_files.name import part_paths
from tray.models.failure import FailureCause, PaddockError, ServerFailure


def removable_files(model: Path) -> tuple[Path, ...]:
    """All its parts, and its projector unless another model there uses it.

    The first part comes behind the others: as long as it is there they are listed, and can be
    deleted still if one of them could not be.
    Raises PaddockError for a model that is only linked to: its bytes lie in the cache
    of another program, and would stay.
    """
    parts = tuple(part for part in part_paths(model) if part.exists() or part.is_symlink())
    if any(part.is_symlink() for part in parts):
        raise PaddockError(
            ServerFailure(
                cause=FailureCause.REQUEST_REFUSED,
                title="The model belongs to another program",
                detail=f"{model} is a link into that program's cache. Delete the model there.",
            )
        )
    beside = ProjectorFolder(model.parent)
    projector = beside.of(model)
    others = beside.models - {part.name for part in parts}
    if projector is None or any(beside.of(model.with_name(o)) == projector for o in others):
        return parts[::-1]
    return (*parts[::-1], projector)
