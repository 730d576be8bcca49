"""Composition of the Models view: the folders, the index, their words."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tray.infrastructure.folders import Folders
from tray.infrastructure.llama.model_lister import SUBCOMMAND, ModelLines
from tray.infrastructure.llama.model_menu import ModelMenu
from tray.infrastructure.model_places import ModelPlaces
from tray.infrastructure.opener import open_path
from tray.infrastructure.own_program import own_command
from tray.infrastructure.settings_store import SettingsStore
from tray.models.metrics import ServerMetrics
from tray.models.model_page import ListRequest
from tray.models.settings import Settings
from tray.services.rough_fit import free_memory
from tray.ui.models_desk import ModelsDesk


@dataclass(frozen=True)
class Shelf:
    """The view, and the few models for menus."""

    desk: ModelsDesk[ModelLines]
    menu: ModelMenu


def model_shelf(
    folders: Folders,
    settings: SettingsStore,
    searched: Callable[[Settings], tuple[Path, ...]],
    metrics: Callable[[], ServerMetrics | None],
    show: Callable[[Path], None] = open_path,
    home: Path | None = None,
) -> Shelf:
    """``searched`` names the folders as the settings give them; ``show`` opens one.

    ``metrics`` gives the newest measurement; ``home`` is the user's folder.
    """
    home = home or Path.home()
    places = ModelPlaces(folders.models, settings, searched, show)

    command = own_command(SUBCOMMAND)

    def request() -> ListRequest:
        free = free_memory(metrics())
        return ListRequest(
            folders=places.folders(),
            index=folders.cache / "models.json",
            state=folders.state,
            home=home,
            free_gpu=free.gpu,
            free_ram=free.ram,
        )

    desk = ModelsDesk(lambda: ModelLines(request(), command), places, home)
    return Shelf(desk, ModelMenu(request, command))
