"""The resident Paddock behind the icon. Heavy: imported once the icon is there."""

import logging
import threading
from collections.abc import Callable
from threading import Event

from tray.app import resident
from tray.commands.desktop_actions import ChatDoor, DesktopActions
from tray.commands.output import note
from tray.commands.tray_hotkey import TrayHotkey
from tray.composition.front_end import Door
from tray.infrastructure.api_client import unreachable
from tray.infrastructure.desktop.opener import open_url
from tray.infrastructure.desktop.screen_lock import ScreenLock
from tray.infrastructure.popover_process import PopoverProcess
from tray.infrastructure.settings.store import SettingsStore
from tray.infrastructure.single_instance import SingleInstance
from tray.models.failure import PaddockError, ServerFailure
from tray.models.hotkey import HotkeyState
from tray.models.settings import Settings
from tray.services.paddock import Paddock
from tray.ui.first_icon import FirstIcon
from tray.ui.tray_icon import TrayIcon
from tray.ui.tray_ports import IconHost, Position

log = logging.getLogger(__name__)


class TrayResident:
    """Built, shown and ended by one thread. Satisfies the composition root's FrontEnd."""

    def __init__(self, instance: SingleInstance, end: Callable[[], None], ending: Event) -> None:
        self._instance = instance
        self._ending = ending
        self.end = end
        self._door: Door | None = None
        self.popover = PopoverProcess(
            self._page, open_url, self._idle_seconds, lambda: self._opened_door().answering()
        )
        self._hotkey = TrayHotkey(self._summon, self._tell)
        self._notify: Callable[[str, str], None] | None = None

    def with_icon(self, host: IconHost, first: FirstIcon) -> None:
        """Serve until the end, through the icon that is there already."""
        with resident(self, self._instance) as paddock:
            try:
                self._behind(host, first, paddock)
            finally:
                self._hotkey.close()
                self.popover.close()

    def without_icon(self, reason: str) -> None:
        """Serve until the end, with the chat as a window."""
        with resident(self, self._instance):
            try:
                _say(f"No icon can be shown: {reason}. `paddock doctor` says what to install.")
                self.show()
                self.use(self._settings())
                self._ending.wait()
            finally:
                self._hotkey.close()
                self.popover.close()

    def show(self) -> None:
        try:
            self._open_chat(None)
        except PaddockError as error:
            log.warning("%s", error)

    def use(self, settings: Settings) -> None:
        self._hotkey.use(settings.popover.hotkey)

    def hotkey(self) -> HotkeyState:
        return self._hotkey.state

    def _summon(self) -> None:
        try:
            self.popover.summon()
        except PaddockError as error:
            log.warning("%s", error)

    def _tell(self, failure: ServerFailure) -> None:
        if self._notify is not None:
            self._notify(failure.title, failure.detail)

    def _behind(self, host: IconHost, first: FirstIcon, paddock: Paddock) -> None:
        chat = ChatDoor(self._open_chat, self._open_models, self._opened_door().few_models)
        actions = DesktopActions(paddock, self._instance.folders, chat)
        icon = TrayIcon(host, actions, paddock.subscribe(), _say)
        paddock.listen(icon.tell)
        lock = ScreenLock(paddock.measure_rarely)
        # Asking the buses may take a moment, which the icon need not wait for.
        threading.Thread(target=lock.watch, name="screen-lock", daemon=True).start()
        icon.begin()
        first.hand_over(icon.clicked)
        self._notify = host.notify
        self.use(self._settings())
        self._ending.wait()
        icon.close()
        lock.close()

    def _open_chat(self, near: Position | None) -> None:
        if near is None:
            self.popover.show()
        else:
            self.popover.toggle(near)

    def _open_models(self) -> None:
        self._opened_door().want_models()
        self.popover.show()

    def served_at(self, door: Door) -> None:
        self._door = door

    def _page(self, view: str) -> str:
        return self._opened_door().url(view)

    def _opened_door(self) -> Door:
        if self._door is None:
            raise unreachable("It is still starting")
        return self._door

    def _idle_seconds(self) -> float:
        return self._settings().popover.idle_minutes * 60

    def _settings(self) -> Settings:
        return SettingsStore(self._instance.folders.config).load().settings


def _say(text: str) -> None:
    note(text)
    log.warning("%s", text)
