"""Which files go with a model when it is deleted."""

import os
from pathlib import Path

from tray.infrastructure.llama.model_name import is_projector_name, model_name, part_paths
from tray.infrastructure.llama.projectors import projector_for
from tray.models.failure import FailureCause, PaddockError, ServerFailure


def removable_files(model: Path) -> tuple[Path, ...]:
    """All its parts, and its projector unless another model there uses it.

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
    try:
        names = tuple(sorted(os.listdir(model.parent)))
    except OSError:
        names = ()
    projector = projector_for(model, names)
    if projector is None or _is_used(projector, names, parts):
        return parts
    return (*parts, model.with_name(projector))


def _is_used(projector: str, names: tuple[str, ...], parts: tuple[Path, ...]) -> bool:
    """Whether another model of the folder has this projector."""
    gone = {part.name for part in parts}
    others = (
        Path(name)
        for name in names
        if name.lower().endswith(".gguf") and name not in gone and not is_projector_name(Path(name))
    )
    return any(
        projector_for(other, names) == projector for other in others if model_name(other).part == 1
    )
