"""Composition of the presets: their file, what they may hold."""

from pathlib import Path

from tray.infrastructure.folders import Folders
from tray.infrastructure.llama.home_path import absolute_path
from tray.infrastructure.llama.launch.extra_arguments import checked_arguments
from tray.infrastructure.preset_store import PresetStore
from tray.services.presets import Presets


def kept_presets(folders: Folders) -> Presets:
    """The presets in the configuration folder."""
    home = Path.home()
    return Presets(
        PresetStore(folders.config),
        checked_arguments,
        lambda path: absolute_path(path, home=home, base=folders.models),
    )
