"""Builds the parts of a launch for the user this process runs as."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from tray.infrastructure.gpu.presence import gpu_present
from tray.infrastructure.llama.discovery.device_probe import DeviceProbe
from tray.infrastructure.llama.discovery.engine import EngineFinder
from tray.infrastructure.llama.discovery.search_places import search_places
from tray.infrastructure.llama.home_path import absolute_path
from tray.infrastructure.llama.launch.environment import probe_environment
from tray.infrastructure.llama.launch.spec import LaunchPlaces, LaunchPreparer
from tray.infrastructure.model_files.default_folders import default_model_folders
from tray.infrastructure.own_program import own_command, program_folder

DEMO_MODEL = Path("assets", "demo_model", "demo.gguf")


def user_launch_preparer(
    engine_folder: Path, model_folder: Path, configured_key: Callable[[], str | None]
) -> LaunchPreparer:
    """Finds engines on this machine and starts them in ``engine_folder``.

    Relative model paths start at ``model_folder``; ``configured_key`` is asked at
    every start, ``None`` means a random key.
    """
    return LaunchPreparer(
        LaunchPlaces(
            home=Path.home(),
            engine_folder=engine_folder,
            model_folder=model_folder,
            demo_model=program_folder() / DEMO_MODEL,
            bundled_command=own_command("bundled-engine"),
            environment=dict(os.environ),
            system=sys.platform,
        ),
        user_engine_finder(engine_folder),
        configured_key,
    )


def user_engine_finder(engine_folder: Path) -> EngineFinder:
    """Finds engines on this machine; executables are asked with a configuration of ours."""
    home = Path.home()
    environment = dict(os.environ)
    probe = DeviceProbe(
        probe_environment(environment, system=sys.platform, config_home=engine_folder), gpu_present
    )
    places = search_places(sys.platform, home, environment)
    return EngineFinder(places, probe, gpu_present, home, sys.platform)


def user_model_folders(own: Path, extra: tuple[Path, ...]) -> tuple[Path, ...]:
    """The folders searched for models: Paddock's own, the caches, the settings'."""
    home = Path.home()
    folders = default_model_folders(own, system=sys.platform, home=home, environment=os.environ)
    return tuple(
        dict.fromkeys(
            (*folders, *(absolute_path(folder, home=home, base=home) for folder in extra))
        )
    )
