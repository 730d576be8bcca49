"""Everything the model folders hold, with what is known of it."""

import os
from functools import cache
from pathlib import Path

from tray.infrastructure.llama.model_folders import search_models
from tray.infrastructure.llama.model_index import ModelIndex
from tray.infrastructure.llama.projectors import projector_for
from tray.models.catalog import DescribedModel, ModelCatalog


def read_catalog(folders: tuple[Path, ...], index: ModelIndex) -> ModelCatalog:
    """The models below ``folders`` as find_models names them, described."""
    models, broken = search_models(folders)
    names_in = cache(_names_in)

    def projector(path: Path) -> Path | None:
        name = projector_for(path, names_in(path.parent))
        return None if name is None else path.with_name(name)

    described = tuple(
        DescribedModel(
            name=model.name,
            path=model.path,
            size=model.size,
            parts=model.parts,
            facts=facts,
            projector=projector(model.path),
        )
        for model, facts in zip(models, index.facts_of(models), strict=True)
    )
    return ModelCatalog(models=described, broken=broken, folders=folders)


def _names_in(folder: Path) -> tuple[str, ...]:
    """Files that are named as projectors, of one folder."""
    try:
        return tuple(name for name in os.listdir(folder) if "mmproj" in name.lower())
    except OSError:
        return ()
