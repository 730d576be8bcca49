"""The model of the settings, as the lists of models name it."""

from pathlib import Path

from tray.infrastructure.llama.home_path import absolute_path
from tray.infrastructure.model_files.name import model_name, part_paths
from tray.models.config import LlamaCppConfig
from tray.models.state import ModelId


def configured_model(config: LlamaCppConfig, models: Path, home: Path | None = None) -> ModelId:
    """What a start without a choice runs; relative paths start at ``models``, Paddock's folder.

    "~" is written out: where a list has the same file, it is the same model.
    """
    if config.model_path is None:
        return ModelId(name="demo")
    path = absolute_path(config.model_path, home=home or Path.home(), base=models)
    return ModelId(name=model_name(path).stem, path=part_paths(path)[0])
