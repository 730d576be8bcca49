"""What a click in the icon's menu does on this machine."""

from collections.abc import Callable
from dataclasses import dataclass

from tray.infrastructure.desktop.clipboard import copy_text
from tray.infrastructure.desktop.opener import open_path
from tray.infrastructure.desktop.panel_theme import panel_is_dark
from tray.infrastructure.desktop.tray_host import TrayHost, find_tray_host
from tray.infrastructure.folders import Folders
from tray.infrastructure.llama.launch.configured_model import configured_model
from tray.infrastructure.settings.store import SettingsStore
from tray.models.catalog import FoundModel
from tray.models.local_api import StartRequest, StopRequest
from tray.models.metrics import FreedMemory
from tray.models.state import Connection, ModelId
from tray.services.paddock import Paddock
from tray.ui.tray_ports import Position

OpenChat = Callable[[Position | None], None]


@dataclass(frozen=True)
class ChatDoor:
    """What the menu needs of the page: to open it, and the few models it shows, too."""

    open_chat: OpenChat
    open_models: Callable[[], None]
    few_models: Callable[[], tuple[FoundModel, ...]]


class DesktopActions:
    """Satisfies TrayActions; any thread may call, failures are PaddockError."""

    def __init__(self, paddock: Paddock, folders: Folders, page: ChatDoor) -> None:
        self._paddock = paddock
        self._folders = folders
        self._settings = SettingsStore(folders.config)
        self.open_chat = page.open_chat
        self.open_models = page.open_models
        self.models = page.few_models
        self.quit = paddock.quit

    def start(self, model: str) -> None:
        self._paddock.start(StartRequest(model=model))

    def stop(self) -> None:
        self._paddock.stop(StopRequest())

    def free(self) -> FreedMemory:
        return self._paddock.free()

    def configured_model(self) -> ModelId:
        return configured_model(self._settings.load().settings.server, self._folders.models)

    def connection(self) -> Connection:
        return self._paddock.connection()

    def copy(self, text: str) -> None:
        copy_text(text)

    def open_model_folder(self) -> None:
        open_path(self._folders.models)

    def show_log(self) -> None:
        open_path(self._folders.logs / "paddock.log")

    def open_settings(self) -> None:
        open_path(self._settings.ensure_file())

    def panel_is_dark(self) -> bool:
        return panel_is_dark()

    def tray_is_missing(self) -> bool:
        return find_tray_host() in (TrayHost.NONE, TrayHost.NO_DISPLAY)
