"""When each model was last ready, in ``last-used.json`` of the state folder."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from tray.infrastructure.private_file import read_private, write_private
from tray.models.base import Frozen

VERSION = 1
MOST_REMEMBERED = 2_000
log = logging.getLogger(__name__)

Moment = Annotated[float, Field(ge=0, lt=1e11, allow_inf_nan=False)]


class _Used(Frozen):
    version: int = VERSION
    models: dict[str, Moment]


class LastUsed:
    """Seconds since 1970 by path. The file may be lost at any time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "last-used.json"

    def read(self) -> Mapping[str, float]:
        """What is known; nothing where the file cannot be read."""
        try:
            found = _Used.model_validate_json(read_private(self._path))
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            log.info("when models were used is not known: %s", error)
            return {}
        return found.models if found.version == VERSION else {}

    def note(self, path: Path, now: float) -> None:
        """The model of this file is ready now."""
        known = {**self.read(), str(path): now}
        newest = sorted(known, key=lambda name: known[name])[-MOST_REMEMBERED:]
        content = _Used(models={name: known[name] for name in newest})
        try:
            write_private(self._path, content.model_dump_json().encode(), durable=False)
        except (OSError, ValidationError) as error:
            log.warning("when %s was used cannot be kept: %s", path, error)
