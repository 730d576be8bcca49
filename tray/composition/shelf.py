"""Composition of the Models view: the folders, the index, their words."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tray.infrastructure.desktop.opener import open_path
from tray.infrastructure.folders import Folders
from tray.infrastructure.model_files.lister import SUBCOMMAND, ModelLines, ModelLister
from tray.infrastructure.model_files.menu import ModelMenu
from tray.infrastructure.model_files.places import ModelPlaces
from tray.infrastructure.own_program import light_command
from tray.infrastructure.settings.store import SettingsStore
from tray.models.config import LlamaCppConfig
from tray.models.model_page import ListRequest
from tray.models.room import Machine
from tray.models.settings import Settings
from tray.ui.models_desk import ModelsDesk

PATIENCE = 1.0
"""Seconds a list waits for the engine to say what GPUs it sees."""


@dataclass(frozen=True)
class Shelf:
    """The view, and the few models for menus."""

    desk: ModelsDesk[ModelLines]
    menu: ModelMenu


@dataclass(frozen=True)
class Launches:
    """How the models of a list would be started.

    ``config`` is the launch of any, ``own`` are those of models with a preset;
    ``machine`` says what is free for one, which may take seconds.
    """

    config: Callable[[], LlamaCppConfig]
    own: Callable[[LlamaCppConfig], tuple[LlamaCppConfig, ...]]
    machine: Callable[[LlamaCppConfig], Machine]


@contextmanager
def model_shelf(
    folders: Folders,
    settings: SettingsStore,
    searched: Callable[[Settings], tuple[Path, ...]],
    launches: Launches,
    show: Callable[[Path], None] = open_path,
    home: Path | None = None,
) -> Iterator[Shelf]:
    """``searched`` names the folders as the settings give them; ``show`` opens one.

    ``home`` is the user's folder.
    """
    home = home or Path.home()
    places = ModelPlaces(folders.models, settings, searched, show)
    lister = ModelLister(light_command(SUBCOMMAND))

    def request() -> ListRequest:
        # The engine for a model of one's own, whichever it is.
        config = launches.config().model_copy(update={"model_path": folders.models})
        return ListRequest(
            folders=places.folders(),
            chosen=places.chosen(),
            index=folders.cache / "models.json",
            state=folders.state,
            home=home,
            config=config,
            own=launches.own(config),
        )

    def lines() -> ModelLines:
        asked = request()
        # Presets may put layers on a GPU that the settings leave alone.
        any_layers = asked.config.model_copy(update={"gpu_layers": "auto"})
        machine = _within(PATIENCE, lambda: launches.machine(any_layers))
        return lister.lines(asked.model_copy(update={"machine": machine}))

    with closing(lister):
        yield Shelf(ModelsDesk(lines, lister.make_ready, places, home), ModelMenu(request, lister))


def _within(seconds: float, ask: Callable[[], Machine]) -> Machine | None:
    """The answer, if it comes so soon: a GPU driver that hangs must not hold up a list."""
    answers: list[Machine] = []
    asking = threading.Thread(target=lambda: answers.append(ask()), daemon=True)
    asking.start()
    asking.join(seconds)
    return answers[0] if answers else None
