"""The vision projector that lies beside a model."""

import re
from collections.abc import Callable
from pathlib import PurePath

from tray.infrastructure.model_files.name import PROJECTOR, is_projector_name, model_name

# What a projector's name says besides whose it is.
_NOT_A_NAME = re.compile(r"(^|[-_.])(f16|f32|bf16|q8_0|model|gguf)(?=$|[-_.])", re.IGNORECASE)


def projector_for(
    model: PurePath, names: tuple[str, ...], belongs: Callable[[str], bool] = lambda _: True
) -> str | None:
    """The projector among the files of the model's folder, by their names.

    ``mmproj-gemma-3-4b-it-f16.gguf`` is for those whose name begins with
    ``gemma-3-4b-it``; the longest such name counts. ``mmproj-F16.gguf`` says nothing:
    without one of its own a model has it if it ``belongs``.
    """
    if not names:
        return None
    stem = model_name(model).stem.casefold()
    whose = {name: _whose(name) for name in sorted(names) if _is_projector(name)}
    for name in sorted(whose, key=lambda name: -len(whose[name])):
        if stem.startswith(whose[name]) and (whose[name] or belongs(name)):
            return name
    return None


def _is_projector(name: str) -> bool:
    return name.lower().endswith(".gguf") and is_projector_name(PurePath(name))


def _whose(name: str) -> str:
    """What the names of its models begin with, in lower case; empty if it does not say."""
    rest = PROJECTOR.sub("-", PurePath(name).stem)
    return _NOT_A_NAME.sub("", rest).strip("-_.").casefold()
