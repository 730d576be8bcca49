"""Getting a first good model: the model, the engine that fits the GPU, and the start."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from tray.models.base import Frozen
from tray.models.failure import ServerFailure


class SetupPlan(Frozen):
    """What is to be got: ``what`` for the download, ``engine`` a build's name, if one helps.

    Sizes in bytes to download.
    """

    what: str
    model: str
    model_size: int
    engine: str | None = None
    engine_size: int = 0


class SetupProgress(Frozen):
    """How far it is. ``done`` of ``total`` bytes of both are here; ``model`` once it is.

    ``speed`` is in bytes a second, ``step`` what goes on besides the download, whose id
    is ``download`` once it is in the list; ``paused`` is ``None`` when that has ended. A
    ``failure`` is the end of it all.
    """

    name: str
    download: str | None = None
    done: int = 0
    total: int = 0
    speed: float | None = None
    step: str | None = None
    paused: bool | None = None
    model: Path | None = None
    failure: ServerFailure | None = None


class ShownSetup(Frozen):
    """The one progress bar; ``share`` is 0 to 1, ``None`` while it cannot be told.

    ``download`` is the id of the one it stands for in the list, ``can_pause`` and
    ``can_resume`` which button it has.
    """

    name: str
    download: str | None = None
    can_pause: bool = False
    can_resume: bool = False
    line: str
    share: Annotated[float, Field(ge=0, le=1)] | None = None
    failure: ServerFailure | None = None


class ShownPlan(Frozen):
    """What one click gets, in words; without a ``name`` there is nothing to propose."""

    name: str | None = None
    line: str = ""
    engine: str | None = None
