"""Paddock's face on a desktop: the icon in the tray."""

import logging
import threading
from collections.abc import Callable
from threading import Event

from tray.commands.desktop_actions import DesktopActions
from tray.commands.headless import LONGEST_WAIT
from tray.commands.output import DONE, note
from tray.infrastructure.api_client import unreachable
from tray.infrastructure.folders import Folders
from tray.infrastructure.icon_files import keep_icon_files_private
from tray.infrastructure.opener import open_url
from tray.infrastructure.popover_process import PopoverProcess
from tray.infrastructure.screen_lock import ScreenLock
from tray.infrastructure.settings_store import SettingsStore
from tray.infrastructure.signals import keep_interrupt
from tray.infrastructure.single_instance import SingleInstance
from tray.models.failure import PaddockError
from tray.services.paddock import Paddock
from tray.ui.tray_icon import TrayIcon
from tray.ui.tray_ports import Position

log = logging.getLogger(__name__)


class InTray:
    """The icon, on the main thread until somebody ends Paddock."""

    takes_interrupts = True

    def __init__(self) -> None:
        self._folders = Folders.of_user()
        self._ending = Event()
        self._stop_icon: Callable[[], None] | None = None
        self.popover = PopoverProcess(self._page, open_url, self._idle_seconds)

    def run(self, paddock: Paddock) -> int:
        try:
            return self._run(paddock)
        finally:
            self.popover.close()

    def _run(self, paddock: Paddock) -> int:
        keep_icon_files_private(self._folders)
        actions = DesktopActions(paddock, self._folders, self._open_chat)
        try:
            # The desktop's toolkit, which a second start does not need.
            from tray.ui.pystray_host import PystrayHost

            host = PystrayHost(keep_interrupt())
        except ImportError as error:
            return self._without_icon(error)
        icon = TrayIcon(host, actions, paddock.subscribe(), _say)
        self._stop_icon = icon.stop
        paddock.listen(icon.tell)
        lock = ScreenLock(paddock.measure_rarely)
        # Asking the buses may take a moment, which the icon need not wait for.
        threading.Thread(target=lock.watch, name="screen-lock", daemon=True).start()
        if not self._ending.is_set():
            icon.run()
        lock.close()
        return DONE

    def _without_icon(self, error: ImportError) -> int:
        _say(f"No icon can be shown: {error}. `paddock doctor` says what to install.")
        self.show()
        while not self._ending.wait(LONGEST_WAIT):
            pass
        return DONE

    def show(self) -> None:
        try:
            self._open_chat(None)
        except PaddockError as error:
            log.warning("%s", error)

    def end(self) -> None:
        self._ending.set()
        if self._stop_icon is not None:
            self._stop_icon()

    def signalled(self, number: int) -> None:
        self.end()

    def _open_chat(self, near: Position | None) -> None:
        if near is None:
            self.popover.show()
        else:
            self.popover.toggle(near)

    def _page(self, view: str) -> str:
        endpoint = SingleInstance(self._folders).read_endpoint()
        if endpoint is None:
            raise unreachable("It is ending")
        return endpoint.page_url(view)

    def _idle_seconds(self) -> float:
        settings = SettingsStore(self._folders.config).load().settings
        return settings.popover.idle_minutes * 60


def _say(text: str) -> None:
    note(text)
    log.warning("%s", text)
