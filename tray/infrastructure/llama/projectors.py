"""The vision projector that lies beside a model."""

import re
from pathlib import PurePath

from tray.infrastructure.llama.model_name import PROJECTOR, is_projector_name, model_name

# What a projector's name says besides whose it is.
_NOT_A_NAME = re.compile(r"(^|[-_.])(f16|f32|bf16|q8_0|model|gguf)(?=$|[-_.])", re.IGNORECASE)


def projector_for(model: PurePath, names: tuple[str, ...]) -> str | None:
    """The projector among the files of the model's folder, by their names.

    ``mmproj-F16.gguf`` belongs to every model there, ``mmproj-gemma-3-4b-it-f16.gguf``
    to those whose name begins with ``gemma-3-4b-it``.
    """
    if not names:
        return None
    stem = model_name(model).stem.casefold()
    for name in sorted(names):
        if name.lower().endswith(".gguf") and is_projector_name(PurePath(name)):
            rest = _NOT_A_NAME.sub("", PROJECTOR.sub("-", PurePath(name).stem)).strip("-_.")
            if stem.startswith(rest.casefold()):
                return name
    return None
