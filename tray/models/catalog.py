"""GGUF files found on this machine."""

from pathlib import Path

from tray.models.base import Frozen
from tray.models.model_shape import ModelShape


class FoundModel(Frozen):
    """One model a user can start.

    ``path`` is the first part of a split model; ``parts`` counts its files and
    ``size`` their bytes together. ``needed`` are the bytes of memory it takes at least,
    in the lists that work it out.
    """

    name: str
    path: Path
    size: int
    parts: int = 1
    needed: int | None = None


class BrokenModel(Frozen):
    """A file named as a model that cannot be one, or a folder of models that cannot be searched.

    ``reason`` is a clause: "it is empty".
    """

    path: Path
    reason: str


class ModelFacts(Frozen):
    """What the files of one model say of it; ``None`` where they do not.

    ``parameters`` counts weights, ``context`` is the trained length in tokens.
    ``problem`` is a clause like a BrokenModel's reason: then little else is known. One
    that ``may_pass`` need not be the files' own: they are looked at again.
    """

    title: str | None = None
    architecture: str | None = None
    parameters: int | None = None
    quantization: str | None = None
    context: int | None = None
    licence: str | None = None
    chat_template: bool | None = None
    shape: ModelShape | None = None
    problem: str | None = None
    may_pass: bool = False

    @classmethod
    def not_yet(cls, why: str) -> "ModelFacts":
        """Of files that may be sound all the same; ``why`` is a clause, too."""
        return cls(problem=f"it could not be read yet ({why})", may_pass=True)


class DescribedModel(Frozen):
    """A model with what is known of it; ``projector`` is the file for images beside it.

    ``projector_size`` are its bytes. ``last_used`` is when it was last ready, in seconds
    since 1970.
    """

    name: str
    path: Path
    size: int
    parts: int = 1
    facts: ModelFacts
    projector: Path | None = None
    projector_size: int | None = None
    last_used: float | None = None


class ModelCatalog(Frozen):
    """Every model found, every file that only looks like one, and where was searched.

    ``unsearched`` are folders the user chose in which nothing can be found.
    With ``cut`` there is more in the folders than one search looks at.
    """

    models: tuple[DescribedModel, ...]
    broken: tuple[BrokenModel, ...]
    folders: tuple[Path, ...]
    unsearched: tuple[BrokenModel, ...] = ()
    cut: bool = False


class CatalogLook(Frozen):
    """A catalog at once; models at ``unread`` have no facts yet, or none that last."""

    catalog: ModelCatalog
    unread: tuple[Path, ...] = ()


class ModelList(Frozen):
    """The demo model is always available and not listed in ``models``."""

    models: tuple[FoundModel, ...]
    folders: tuple[Path, ...]
