"""Everything the model folders hold, with what is known of it."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tray.infrastructure.llama.launch.projector_file import ProjectorFolder, projector_size
from tray.infrastructure.model_files.file_stamp import size_of
from tray.infrastructure.model_files.folder_trouble import folder_trouble
from tray.infrastructure.model_files.folders import SeenModel, search_models
from tray.infrastructure.model_files.index import ModelIndex
from tray.models.catalog import (
    BrokenModel,
    CatalogLook,
    DescribedModel,
    ModelCatalog,
    ModelFacts,
)

_UNKNOWN = ModelFacts()


class CatalogReading:
    """A catalog that is there at once; the facts not known yet come with ``read``.

    ``used`` is when each model was last ready, by its path; ``chosen`` are the folders that
    ought to be there.
    """

    def __init__(
        self,
        folders: tuple[Path, ...],
        index: ModelIndex,
        used: Mapping[str, float],
        chosen: tuple[Path, ...] = (),
    ) -> None:
        self._folders = folders
        self._used = used
        self._unsearched = tuple(_unsearched(chosen))
        self._index = index.open()
        self._found = search_models(folders, self._index.knows)
        self._projectors_in = cache(ProjectorFolder)

    def look(self) -> CatalogLook:
        """Everything found, described as far as it is known now."""
        unread = tuple(m.path for m in self._found.models if self._index.is_unread(m))
        models = tuple(map(self._described, self._found.models))
        catalog = ModelCatalog(
            models=models,
            broken=self._found.broken,
            folders=self._folders,
            unsearched=self._unsearched,
            cut=self._found.cut,
        )
        return CatalogLook(catalog=catalog, unread=unread)

    def read(self) -> Iterator[DescribedModel]:
        """Each model that was not known, once it has been read or left; may take long."""
        return map(self._described, self._index.read(self._found.models))

    def _described(self, model: SeenModel) -> DescribedModel:
        path, whole = model.path, str(model.path)
        facts = self._index.facts(model) or _UNKNOWN
        width = None if facts.shape is None else facts.shape.embedding
        projector = self._projectors_in(os.path.dirname(whole)).of(path, width)
        return DescribedModel(
            name=model.name,
            path=path,
            size=size_of(model.stamp),
            parts=len(model.stamp),
            facts=facts,
            projector=projector,
            projector_size=projector_size(projector),
            last_used=self._used.get(whole),
        )


def _unsearched(chosen: tuple[Path, ...]) -> Iterator[BrokenModel]:
    for folder in chosen:
        if (trouble := folder_trouble(folder)) is not None:
            yield BrokenModel(path=folder, reason=trouble)


def read_catalog(
    folders: tuple[Path, ...],
    index: ModelIndex,
    used: Mapping[str, float] | None = None,
    chosen: tuple[Path, ...] = (),
) -> ModelCatalog:
    """The models below ``folders`` as find_models names them, described."""
    reading = CatalogReading(folders, index, used or {}, chosen)
    for _ in reading.read():
        pass
    return reading.look().catalog
